// Every constraint on a weight, an input, a slot or an output, broken once.
// RUN: heddle-opt %s -split-input-file -verify-diagnostics

host.program @p dims {batch = [1, 64]} {
  host.entry @main {
    // expected-error @+1 {{(B1) has elements of type 'i24', which no artefact holds}}
    %x = host.input "x" : i24 ["batch"]
  }
}

// -----

host.program @p dims {batch = [1, 64]} {
  host.entry @main {
    // expected-error @+1 {{(B2) has 'batch +', which is not a dim}}
    %x = host.input "x" : f32 ["batch +"]
  }
}

// -----

host.program @p dims {batch = [1, 64]} {
  host.entry @main {
    // expected-error @+1 {{(B2) has the dim 'batch * 2', whose canonical text is '2 * batch'}}
    %x = host.input "x" : f32 ["batch * 2"]
  }
}

// -----

// expected-note @+1 {{the dims are declared here}}
host.program @p dims {batch = [1, 64]} {
  host.entry @main {
    // expected-error @+1 {{(B2) has 'seq', which names the undeclared dim 'seq'}}
    %s = host.slot 0 space "host" : f32 ["batch", "seq"]
  }
}

// -----

host.program @p dims {batch = [1, 64]} {
  // expected-error @+1 {{(W1) names no tensor}}
  %w = host.weight "w" tensors [] recipe [] : f32 ["8"]
}

// -----

host.program @p dims {batch = [1, 64]} {
  // expected-error @+1 {{(W1) has the step 'rotary 2 4 100', which takes no tensor and stands alone}}
  %w = host.weight "w" tensors ["a"] recipe ["rotary 2 4 100"] : f32 ["2", "4"]
}

// -----

host.program @p dims {batch = [1, 64]} {
  // expected-error @+1 {{(W1) has the step 'sinusoid 2 4 100', which takes no tensor and stands alone}}
  %w = host.weight "w" tensors [] recipe ["sinusoid 2 4 100", "transpose"] : f32 ["4", "2"]
}

// -----

host.program @p dims {batch = [1, 64]} {
  // expected-error @+1 {{(W1) names no tensor}}
  %w = host.weight "w" tensors [] recipe ["concat 0"] : f32 ["4", "2"]
}

// -----

host.program @p dims {batch = [1, 64]} {
  // expected-error @+1 {{(W2) has the step 'fold', expected one of 'concat AXIS', 'transpose', 'pack N', 'group G', 'int8', 'scales', 'offsets', 'bf16', 'pad AXIS EXTENT', 'reshape EXTENT...', 'rotary ROWS WIDTH BASE ...', 'sinusoid ROWS WIDTH BASE ...'}}
  %w = host.weight "w" tensors ["a"] recipe ["fold"] : f32 ["8"]
}

// -----

host.program @p dims {batch = [1, 64]} {
  // expected-error @+1 {{(W2) has the step 'pack', expected one of 'concat AXIS', 'transpose', 'pack N', 'group G', 'int8', 'scales', 'offsets', 'bf16', 'pad AXIS EXTENT', 'reshape EXTENT...', 'rotary ROWS WIDTH BASE ...', 'sinusoid ROWS WIDTH BASE ...'}}
  %w = host.weight "w" tensors ["a"] recipe ["pack"] : f32 ["8"]
}

// -----

host.program @p dims {batch = [1, 64]} {
  // expected-error @+1 {{(W2) has the step 'pack 0', expected one of 'concat AXIS', 'transpose', 'pack N', 'group G', 'int8', 'scales', 'offsets', 'bf16', 'pad AXIS EXTENT', 'reshape EXTENT...', 'rotary ROWS WIDTH BASE ...', 'sinusoid ROWS WIDTH BASE ...'}}
  %w = host.weight "w" tensors ["a"] recipe ["pack 0"] : f32 ["8"]
}

// -----

host.program @p dims {batch = [1, 64]} {
  // expected-error @+1 {{(W2) has the step 'pack 4 4', expected one of 'concat AXIS', 'transpose', 'pack N', 'group G', 'int8', 'scales', 'offsets', 'bf16', 'pad AXIS EXTENT', 'reshape EXTENT...', 'rotary ROWS WIDTH BASE ...', 'sinusoid ROWS WIDTH BASE ...'}}
  %w = host.weight "w" tensors ["a"] recipe ["pack 4 4"] : f32 ["8"]
}

// -----

host.program @p dims {batch = [1, 64]} {
  // expected-error @+1 {{(W2) has the step 'transpose 1', expected one of 'concat AXIS', 'transpose', 'pack N', 'group G', 'int8', 'scales', 'offsets', 'bf16', 'pad AXIS EXTENT', 'reshape EXTENT...', 'rotary ROWS WIDTH BASE ...', 'sinusoid ROWS WIDTH BASE ...'}}
  %w = host.weight "w" tensors ["a"] recipe ["transpose 1"] : f32 ["8"]
}

// -----

host.program @p dims {batch = [1, 64]} {
  // expected-error @+1 {{(W2) has the step 'concat -1', expected one of 'concat AXIS', 'transpose', 'pack N', 'group G', 'int8', 'scales', 'offsets', 'bf16', 'pad AXIS EXTENT', 'reshape EXTENT...', 'rotary ROWS WIDTH BASE ...', 'sinusoid ROWS WIDTH BASE ...'}}
  %w = host.weight "w" tensors ["a"] recipe ["concat -1"] : f32 ["8"]
}

// -----

host.program @p dims {batch = [1, 64]} {
  // expected-error @+1 {{(W2) has the step 'pad 0', expected one of 'concat AXIS', 'transpose', 'pack N', 'group G', 'int8', 'scales', 'offsets', 'bf16', 'pad AXIS EXTENT', 'reshape EXTENT...', 'rotary ROWS WIDTH BASE ...', 'sinusoid ROWS WIDTH BASE ...'}}
  %w = host.weight "w" tensors ["a"] recipe ["pad 0"] : f32 ["8"]
}

// -----

host.program @p dims {batch = [1, 64]} {
  // expected-error @+1 {{(W2) has the step 'reshape', expected one of 'concat AXIS', 'transpose', 'pack N', 'group G', 'int8', 'scales', 'offsets', 'bf16', 'pad AXIS EXTENT', 'reshape EXTENT...', 'rotary ROWS WIDTH BASE ...', 'sinusoid ROWS WIDTH BASE ...'}}
  %w = host.weight "w" tensors ["a"] recipe ["reshape"] : f32 ["8"]
}

// -----

host.program @p dims {batch = [1, 64]} {
  // expected-error @+1 {{(W2) has the step 'pack  4', expected one of 'concat AXIS', 'transpose', 'pack N', 'group G', 'int8', 'scales', 'offsets', 'bf16', 'pad AXIS EXTENT', 'reshape EXTENT...', 'rotary ROWS WIDTH BASE ...', 'sinusoid ROWS WIDTH BASE ...'}}
  %w = host.weight "w" tensors ["a"] recipe ["pack  4"] : f32 ["8"]
}

// -----

host.program @p dims {batch = [1, 64]} {
  // expected-error @+1 {{(W2) has the step 'pack 99999999999999999999', expected one of 'concat AXIS', 'transpose', 'pack N', 'group G', 'int8', 'scales', 'offsets', 'bf16', 'pad AXIS EXTENT', 'reshape EXTENT...', 'rotary ROWS WIDTH BASE ...', 'sinusoid ROWS WIDTH BASE ...'}}
  %w = host.weight "w" tensors ["a"] recipe ["pack 99999999999999999999"] : f32 ["8"]
}

// -----

host.program @p dims {batch = [1, 64]} {
  // expected-error @+1 {{(W2) names 2 tensors, but its recipe does not begin with concat}}
  %w = host.weight "w" tensors ["a", "b"] recipe ["transpose", "concat 0"] : f32 ["8"]
}

// -----

host.program @p dims {batch = [1, 64]} {
  // expected-error @+1 {{(W3) has the extent 'batch', expected a positive constant}}
  %w = host.weight "w" tensors ["a"] recipe [] : f32 ["batch"]
}

// -----

host.program @p dims {batch = [1, 64]} {
  host.entry @main {
    // expected-error @+1 {{(I1) has a range on elements of type 'f32'}}
    %x = host.input "x" range [0, 1] : f32 ["batch"]
  }
}

// -----

host.program @p dims {batch = [1, 64]} {
  host.entry @main {
    // expected-error @+1 {{(I1) has the range [7, 1], expected [low, high] with low <= high}}
    %x = host.input "x" range [7, 1] : i32 ["batch"]
  }
}

// -----

host.program @p dims {batch = [1, 64]} {
  host.entry @main {
    // expected-error @+1 {{(S1) has the id -1, expected 0 or more}}
    %s = host.slot -1 space "host" : f32 ["batch"]
  }
}

// -----

host.program @p dims {batch = [1, 64]} {
  host.entry @main {
    // expected-error @+1 {{(S2) is in space 'cuda', expected 'host' or 'device'}}
    %s = host.slot 0 space "cuda" : f32 ["batch"]
  }
}

// -----

host.program @p dims {batch = [1, 64]} {
  host.entry @main {
    %x = host.input "x" : f32 ["batch"]
    // expected-error @+1 {{(O1) names 'y', which is not a slot}}
    host.output "y" %x
  }
}

// -----

host.program @w4_element dims {} {
  // expected-error @+1 {{(W4) has elements of type 'f32', its recipe gives 'bf16'}}
  %w = host.weight "w" tensors ["t"] recipe ["bf16"] : f32 ["4", "4"]
}

// -----

host.program @w4_without dims {} {
  // expected-error @+1 {{(W4) has elements of type 'bf16', its recipe gives 'f32'}}
  %w = host.weight "w" tensors ["t"] recipe ["transpose"] : bf16 ["4", "4"]
}

// -----

host.program @w4_last dims {} {
  // expected-error @+1 {{(W4) has the step 'transpose' after 'bf16', which comes last}}
  %w = host.weight "w" tensors ["t"] recipe ["bf16", "transpose"] : bf16 ["4", "4"]
}

// -----

host.program @w4_int8 dims {} {
  // expected-error @+1 {{(W4) has elements of type 'f32', its recipe gives 'i8'}}
  %w = host.weight "w" tensors ["t"] recipe ["int8"] : f32 ["4", "4"]
}

// -----

host.program @w4_offsets dims {} {
  // expected-error @+1 {{(W4) has elements of type 'f32', its recipe gives 'i32'}}
  %w = host.weight "w" tensors ["t"] recipe ["offsets"] : f32 ["4"]
}
