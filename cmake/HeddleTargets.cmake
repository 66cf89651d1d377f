# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# How a folder declares its library, its dialect and its tests. Includes are
# written from the repository root ("compiler/dsl/Parser.h"), generated ones
# from the same path under the build folder.

# heddle_library(NAME name SOURCES a.cpp ... [LINK targets] [DEPENDS targets]
#                [MLIR])
# MLIR: the sources see MLIR's headers and follow its flags (no RTTI, no
# exceptions). Everything is linked PRIVATE unless named in PUBLIC.
function(heddle_library)
  cmake_parse_arguments(ARG "MLIR" "NAME" "SOURCES;LINK;PUBLIC;DEPENDS"
                        ${ARGN})
  add_library(${ARG_NAME} STATIC ${ARG_SOURCES})
  target_include_directories(${ARG_NAME} PRIVATE "${PROJECT_SOURCE_DIR}"
                                                 "${PROJECT_BINARY_DIR}")
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_LINK} PUBLIC ${ARG_PUBLIC})
  if(ARG_MLIR)
    heddle_use_mlir(${ARG_NAME})
  endif()
  if(ARG_DEPENDS)
    add_dependencies(${ARG_NAME} ${ARG_DEPENDS})
  endif()
endfunction()

# Gives a target MLIR's include folders, definitions and flags.
function(heddle_use_mlir target)
  target_include_directories(${target} SYSTEM PRIVATE ${MLIR_INCLUDE_DIRS}
                                                      ${LLVM_INCLUDE_DIRS})
  target_compile_options(${target}
                         PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>
                                 $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU") # the reason is in the header
    target_compile_options(${target} PRIVATE
      "SHELL:-include \"${PROJECT_SOURCE_DIR}/cmake/TypeName.h\"")
  endif()
  target_link_libraries(${target} PRIVATE MLIR LLVM)
endfunction()

# heddle_dialect(NAME Graph DIALECT hgraph TD GraphOps.td)
# Runs mlir-tblgen on a dialect folder: Graph{Dialect,Types,Attrs,Ops}.{h,cpp}.inc
# in the build folder, a target HeddleGraphIncGen to depend on, and the
# dialect's reference as docs/hgraph.md in the build folder.
function(heddle_dialect)
  cmake_parse_arguments(ARG "" "NAME;DIALECT;TD" "" ${ARGN})
  set(LLVM_TARGET_DEFINITIONS ${ARG_TD})
  # mlir_tablegen takes its include folders from the directory.
  include_directories(${MLIR_INCLUDE_DIRS})
  mlir_tablegen(${ARG_NAME}Dialect.h.inc -gen-dialect-decls
                -I${PROJECT_SOURCE_DIR} -dialect=${ARG_DIALECT})
  mlir_tablegen(${ARG_NAME}Dialect.cpp.inc -gen-dialect-defs
                -I${PROJECT_SOURCE_DIR} -dialect=${ARG_DIALECT})
  mlir_tablegen(${ARG_NAME}Types.h.inc -gen-typedef-decls
                -I${PROJECT_SOURCE_DIR} -typedefs-dialect=${ARG_DIALECT})
  mlir_tablegen(${ARG_NAME}Types.cpp.inc -gen-typedef-defs
                -I${PROJECT_SOURCE_DIR} -typedefs-dialect=${ARG_DIALECT})
  mlir_tablegen(${ARG_NAME}Attrs.h.inc -gen-attrdef-decls
                -I${PROJECT_SOURCE_DIR} -attrdefs-dialect=${ARG_DIALECT})
  mlir_tablegen(${ARG_NAME}Attrs.cpp.inc -gen-attrdef-defs
                -I${PROJECT_SOURCE_DIR} -attrdefs-dialect=${ARG_DIALECT})
  mlir_tablegen(${ARG_NAME}Ops.h.inc -gen-op-decls -I${PROJECT_SOURCE_DIR})
  mlir_tablegen(${ARG_NAME}Ops.cpp.inc -gen-op-defs -I${PROJECT_SOURCE_DIR})
  add_public_tablegen_target(Heddle${ARG_NAME}IncGen)
  file(GLOB texts CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.td")
  set(page "${PROJECT_BINARY_DIR}/docs/${ARG_DIALECT}.md")
  add_custom_command(
    OUTPUT "${page}" DEPENDS ${texts} VERBATIM
    COMMAND "${CMAKE_COMMAND}" -E make_directory "${PROJECT_BINARY_DIR}/docs"
    COMMAND mlir-tblgen -gen-dialect-doc -dialect=${ARG_DIALECT}
            "-I${PROJECT_SOURCE_DIR}" "-I${CMAKE_CURRENT_SOURCE_DIR}"
            "-I${MLIR_INCLUDE_DIRS}" "${CMAKE_CURRENT_SOURCE_DIR}/${ARG_TD}"
            -o "${page}")
  add_custom_target(Heddle${ARG_NAME}Docs ALL DEPENDS "${page}")
endfunction()
