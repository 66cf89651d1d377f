// The functions that Halide's objects call. user_context is the heddle_call,
// so each one forwards to the services of the call that it serves.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/HostToLLVMCode.h"

#include "heddle/artifact.h"

using namespace mlir;
using namespace heddle;
using namespace heddle::lower;

namespace {
/// One of Halide's error functions: halide_error_NAME(user_context, ...).
struct ErrorForm {
  const char *name;
  int code;         ///< of HalideRuntime.h's halide_error_code_t
  const char *args; ///< after user_context: s text, i int32, l int64, d double
  const char *format;
};
} // namespace

/// Bytes of a report, as heddle_error's text.
static constexpr int64_t reportBytes = 256;

// Only kernels with checks call these; the linker drops the rest. The formats
// take their arguments in order, as snprintf does.
static const ErrorForm errorForms[] = {
    {"bounds_inference_call_failed", -1, "si",
     "bounds inference of %s failed with %d"},
    {"extern_stage_failed", -1, "si", "extern stage %s failed with %d"},
    {"explicit_bounds_too_small", -2, "ssiiii",
     "%s: the bound on %s, %d to %d, does not cover %d to %d"},
    {"bad_type", -3, "sii", "%s has element type code %#x, expected %#x"},
    {"access_out_of_bounds", -4, "siiiii",
     "%s: dimension %d is used from %d to %d, outside %d to %d"},
    {"buffer_allocation_too_large", -5, "sll",
     "%s takes %lld bytes, more than %lld"},
    {"buffer_extents_negative", -28, "sii",
     "%s: dimension %d has the negative extent %d"},
    {"buffer_extents_too_large", -6, "sll",
     "%s has %lld elements, more than %lld"},
    {"constraints_make_required_region_smaller", -7, "siiiii",
     "%s: dimension %d is held to %d + %d, less than the used %d + %d"},
    {"constraint_violated", -8, "sisi", "%s is %d, expected %s, which is %d"},
    {"param_too_small_i64", -9, "sll", "%s is %lld, less than %lld"},
    {"param_too_small_u64", -9, "sll", "%s is %llu, less than %llu"},
    {"param_too_small_f64", -9, "sdd", "%s is %g, less than %g"},
    {"param_too_large_i64", -10, "sll", "%s is %lld, more than %lld"},
    {"param_too_large_u64", -10, "sll", "%s is %llu, more than %llu"},
    {"param_too_large_f64", -10, "sdd", "%s is %g, more than %g"},
    {"out_of_memory", -11, "", "there is no scratch memory left"},
    {"buffer_argument_is_null", -12, "s", "buffer %s is NULL"},
    {"debug_to_file_failed", -13, "ssi", "%s to file %s failed with %d"},
    {"no_device_interface", -19, "", "a buffer has no device interface"},
    {"unaligned_host_ptr", -24, "si", "%s is not aligned to %d bytes"},
    {"bad_fold", -25, "sss", "%s: %s cannot be folded over loop %s"},
    {"fold_factor_too_small", -26, "ssisi",
     "%s: folding %s by %d over loop %s leaves no room for %d"},
    {"requirement_failed", -27, "ss", "requirement %s failed: %s"},
    {"specialize_fail", -31, "s", "no schedule for this call: %s"},
    {"host_is_null", -34, "s", "the host pointer of %s is NULL"},
    {"bad_extern_fold", -35, "siiiii",
     "%s: dimension %d, %d + %d, wraps around its fold at %d by %d"},
    {"device_interface_no_device", -36, "",
     "a buffer has a device interface and no device"},
    {"host_and_device_dirty", -37, "", "a buffer is dirty on host and device"},
    {"buffer_is_null", -38, "s", "a buffer is NULL in %s"},
    {"device_crop_failed", -41, "", "a buffer cannot be cropped on its device"},
    {"bad_dimensions", -43, "sii", "%s has %d dimensions, expected %d"},
    {"device_dirty_with_no_device_support", -44, "s",
     "%s is dirty on a device"},
    {"storage_bound_too_small", -45, "ssii",
     "%s: the storage bound on %s is %d, less than %d"},
    {"split_factor_not_positive", -46, "sssssi",
     "%s: splitting %s into %s and %s by %s, which is %d"},
    {"vscale_invalid", -47, "sii", "%s: vscale is %d, compiled for %d"},
};

static Value service(HostCode &code, Value call, size_t offset) {
  Value services = code.load(code.ptr, call, offsetof(heddle_call, services));
  return code.load(code.ptr, services, int64_t(offset));
}

void lower::emitReport(HostCode &code, Value call, Value message) {
  code.callThrough(service(code, call, offsetof(heddle_services, report)),
                   code.none, {call, message});
}

/// NAME(call, ...) returns services->field(call, ...), without the last
/// `dropped` arguments.
static void emitForward(HostCode &code, StringRef name, Type result,
                        ArrayRef<Type> parameters, size_t field,
                        unsigned dropped = 0) {
  LLVM::LLVMFuncOp function =
      code.begin(name, result, parameters, /*hidden=*/true);
  Value target = service(code, code.argument(0), field);
  code.ret(code.callThrough(target, result,
                            function.getArguments().drop_back(dropped)));
}

void lower::emitDeviceGlue(HostCode &code) {
  Type ptr = code.ptr, i32 = code.i32, i64 = code.i64;
  // The state is the text's own address, so every thread stores the same.
  // int halide_opencl_initialize_kernels(ctx, state, source, bytes)
  code.begin("halide_opencl_initialize_kernels", i32, {ptr, ptr, ptr, i32},
             /*hidden=*/true);
  Value call = code.argument(0), source = code.argument(2);
  code.store(source, code.argument(1), 0);
  code.ret(code.callThrough(
      service(code, call, offsetof(heddle_services, device_load)), i32,
      {call, source, code.argument(3)}));
  code.begin("halide_opencl_finalize_kernels", code.none, {ptr, ptr},
             /*hidden=*/true);
  code.ret();
  // int halide_opencl_run(ctx, state, name, blocks x y z, threads x y z,
  //                       shared, sizes, arguments, is_buffer)
  emitForward(code, "halide_opencl_run", i32,
              {ptr, ptr, ptr, i32, i32, i32, i32, i32, i32, i32, ptr, ptr, ptr},
              offsetof(heddle_services, device_run));
  // Only handed back to the functions below.
  code.begin("halide_opencl_device_interface", ptr, {}, /*hidden=*/true);
  code.ret(LLVM::IntToPtrOp::create(code.b, ptr, code.constant(i64, 1)));
  code.begin("halide_copy_to_device", i32, {ptr, ptr, ptr}, /*hidden=*/true);
  code.ret(code.constant(i32, 0));
  // int halide_device_malloc(ctx, view, interface)
  emitForward(code, "halide_device_malloc", i32, {ptr, ptr, ptr},
              offsetof(heddle_services, device_alloc), /*dropped=*/1);
  emitForward(code, "halide_device_free", i32, {ptr, ptr},
              offsetof(heddle_services, device_free));
  code.begin("halide_device_free_as_destructor", code.none, {ptr, ptr},
             /*hidden=*/true);
  code.callThrough(
      service(code, code.argument(0), offsetof(heddle_services, device_free)),
      i32, {code.argument(0), code.argument(1)});
  code.ret();
}

static Type argumentType(const HostCode &code, char form) {
  switch (form) {
  case 's':
    return code.ptr;
  case 'i':
    return code.i32;
  case 'l':
    return code.i64;
  default:
    assert(form == 'd' && "a form of errorForms");
    return code.f64;
  }
}

static void emitError(HostCode &code, const ErrorForm &form,
                      LLVM::LLVMFuncOp print) {
  SmallVector<Type> parameters = {code.ptr};
  for (const char *c = form.args; *c; ++c)
    parameters.push_back(argumentType(code, *c));
  LLVM::LLVMFuncOp function =
      code.begin(std::string("halide_error_") + form.name, code.i32, parameters,
                 /*hidden=*/true);
  Value message = code.stack(reportBytes);
  SmallVector<Value> arguments = {message, code.constant(code.i64, reportBytes),
                                  code.text(form.format)};
  llvm::append_range(arguments, function.getArguments().drop_front());
  LLVM::CallOp::create(code.b, print, arguments);
  emitReport(code, code.argument(0), message);
  code.ret(code.constant(code.i32, form.code));
}

void lower::emitGlue(HostCode &code) {
  // int halide_do_par_for(ctx, task, min, size, closure)
  emitForward(code, "halide_do_par_for", code.i32,
              {code.ptr, code.ptr, code.i32, code.i32, code.ptr},
              offsetof(heddle_services, par_for));
  emitForward(code, "halide_malloc", code.ptr, {code.ptr, code.i64},
              offsetof(heddle_services, scratch_alloc));
  emitForward(code, "halide_free", code.none, {code.ptr, code.ptr},
              offsetof(heddle_services, scratch_free));
  emitForward(code, "halide_error", code.none, {code.ptr, code.ptr},
              offsetof(heddle_services, report));
  LLVM::LLVMFuncOp print =
      code.declare("snprintf", code.i32, {code.ptr, code.i64, code.ptr},
                   /*variadic=*/true);
  for (const ErrorForm &form : errorForms)
    emitError(code, form, print);
}
