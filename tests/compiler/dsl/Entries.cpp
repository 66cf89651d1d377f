// Models of several entries, and the states that they share.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/Parser.h"
#include "tests/compiler/dsl/Support.h"

using namespace heddle::dsl;

namespace {

TEST(Entries, HaveInputsAndOutputsOfTheirOwn) {
  EXPECT_EQ(programOf("model M(d = 8) {\n"
                      "  dim b in 1..4, s in 1..9\n"
                      "  weight @w: f32[d]\n"
                      "  /// First.\n"
                      "  entry a { input x: f32[b, d] output y = x * "
                      "tensor(@w) }\n"
                      "  entry b2 {\n"
                      "    input x: f32[s, d]\n"
                      "    output y = x + tensor(@w)\n"
                      "  }\n"
                      "}"),
            "program M\ndim b in 1..4\ndim s in 1..9\n"
            "%1 = weight w : f32[8]\n"
            "/// First.\nentry a\n%0 = input x : f32[b, 8]\n"
            "%2 = mul %0, %1 : f32[b, 8] @5:45\noutput y = %2\n"
            "entry b2\n%3 = input x : f32[s, 8]\n"
            "%4 = add %3, %1 : f32[s, 8] @8:18\noutput y = %4\n");
}

TEST(Entries, KeepTheirNamesToThemselves) {
  EXPECT_EQ(reportIn("entry a { input x: f32[4] h = relu(x) output y = h }\n"
                     "entry b { input z: f32[4] output y = h + z }"),
            "2:38: error: unknown name 'h'\n");
}

TEST(Entries, HoldAllThatIsComputed) {
  EXPECT_EQ(reportIn("entry a { input x: f32[4] output y = relu(x) }\n"
                     "input z: f32[4]\n"
                     "t = positions_sinusoidal(4, 4)\n"
                     "output w = tensor(@w)\n"
                     "dim b in 1..2"),
            "2:1: error: an input stands in an entry of a model that has "
            "entries\n"
            "3:5: error: an op stands in an entry of a model that has entries\n"
            "4:1: error: an output stands in an entry of a model that has "
            "entries\n");
}

TEST(Entries, StandAtTheTop) {
  EXPECT_EQ(
      reportIn("entry a { input x: f32[4]\n"
               "entry b { output y = relu(x) }\n"
               "dim c in 1..2\n"
               "fn f(y) { return y }\n"
               "state s: f32[2]\n"
               "if true { input z: f32[2] } output y = relu(x) }\n"
               "repeat i < 2 { entry c { } }"),
      "2:1: error: an entry stands at the top of a model, in no block\n"
      "3:1: error: a dim stands at the top of a model, in no block\n"
      "4:1: error: a fn stands at the top of a model, in no block\n"
      "5:1: error: a state stands at the top of a model, in no block\n"
      "6:11: error: an input stands at the top of an entry, in no block\n"
      "7:16: error: an entry stands at the top of a model, in no block\n");
}

TEST(Entries, HaveDistinctNamesAndOutputs) {
  EXPECT_EQ(reportIn("entry a { input x: f32[4] output y = relu(x) }\n"
                     "entry a { }\nentry b { input x: f32[4] }"),
            "2:7: error: there are two entries 'a'\n"
            "1:17: note: the first is here\n");
  EXPECT_EQ(reportIn("\nentry b { input x: f32[4] }"),
            "2:7: error: entry 'b' has no output\n");
}

TEST(Entries, TellEveryDimThatTheyUse) {
  EXPECT_EQ(reportIn("dim s in 1..4, t in 1..4\n"
                     "entry a { input x: f32[s] output y = relu(x) }\n"
                     "entry b { input x: f32[t]\n"
                     "output y = broadcast_to(reshape(x, [1, t]), [s, t]) }"),
            "4:12: error: dim 's' is the extent of no input of entry 'b', so "
            "that no call would tell its value\n"
            "3:7: note: the entry is here\n");
  EXPECT_EQ(reportIn("dim s in 1..4, t in 1..4\n"
                     "entry a { input x: f32[s] output y = relu(x) }"),
            "1:26: error: dim 't' is the extent of no input, so that no call "
            "would tell its value\n");
}

TEST(Entries, StandInTheTree) {
  Source source("m.heddle", "import \"a\"\nmodel M {\n"
                            "  /// Kept.\n  state k[2]: f32[4]\n"
                            "  /// Once.\n  entry e {\n"
                            "    input x: f32[4]\n"
                            "    k[1], y = reshape(x, [4]), (b, h, q, k) => q\n"
                            "  }\n}");
  Diagnostics diagnostics;
  EXPECT_EQ(ast::print(parse(source, diagnostics), source),
            "import \"a\" <1:8>\n"
            "model M <2:7>\n"
            "  /// Kept.\n"
            "  state k: f32 <4:9>\n"
            "    count <4:11>\n"
            "      2 <4:11>\n"
            "    4 <4:19>\n"
            "  /// Once.\n"
            "  entry e <6:9>\n"
            "    input x: f32 <7:11>\n"
            "      4 <7:18>\n"
            "    assign k[], y <8:5>\n"
            "      1 <8:7>\n"
            "      reshape() <8:15>\n"
            "        x <8:23>\n"
            "        list <8:26>\n"
            "          4 <8:27>\n"
            "      lambda b h q k <8:45>\n"
            "        q <8:48>\n");
  EXPECT_EQ(listed(diagnostics, source), "");
}

TEST(States, AreReadAndAssignedLikeVariables) {
  EXPECT_EQ(programOf("model M {\n"
                      "  /// So far.\n"
                      "  state total: f32[4], last[2]: i32[1]\n"
                      "  input x: f32[4], n: i32[1]\n"
                      "  total = total + x\n"
                      "  repeat i < 2 { last[i] = last[1 - i] + n }\n"
                      "  output y = total * 2\n"
                      "}"),
            "program M\n"
            "/// So far.\nstate total : f32[4]\n"
            "state last.0 : i32[1]\nstate last.1 : i32[1]\n"
            "%0 = input x : f32[4]\n%1 = input n : i32[1]\n"
            "%2 = read_state state=\"total\" : f32[4] @5:11\n"
            "%3 = add %2, %0 : f32[4] @5:17\n"
            "%4 = read_state state=\"last.1\" : i32[1] @6:28\n"
            "%5 = add %4, %1 : i32[1] @6:40\n"
            "%6 = add %5, %1 : i32[1] @6:40\n"
            "%7 = constant value=2 : f32[] @7:20\n"
            "%8 = mul %3, %7 : f32[4] @7:20\n"
            "write total = %3\nwrite last.0 = %5\nwrite last.1 = %6\n"
            "output y = %8\n");
}

TEST(States, TakeWhatOthersHeld) {
  EXPECT_EQ(programOf("model M {\n"
                      "  state last[3]: f32[4]\n"
                      "  input x: f32[4]\n"
                      "  last[2] = last[1]\n"
                      "  last[1] = last[0]\n"
                      "  last[0] = relu(x)\n"
                      "  output y = last[2] + x\n"
                      "}"),
            "program M\n"
            "state last.0 : f32[4]\nstate last.1 : f32[4]\n"
            "state last.2 : f32[4]\n"
            "%0 = input x : f32[4]\n"
            "%1 = read_state state=\"last.1\" : f32[4] @4:13\n"
            "%2 = read_state state=\"last.0\" : f32[4] @5:13\n"
            "%3 = relu %0 : f32[4] @6:13\n"
            "%4 = add %1, %0 : f32[4] @7:22\n"
            "write last.0 = %3\nwrite last.1 = %2\nwrite last.2 = %1\n"
            "output y = %4\n");
}

TEST(States, AreSharedByEntries) {
  EXPECT_EQ(report("model M { state s: f32[4]\n"
                   "fn kept() { return s * 2 }\n"
                   "entry set { input x: f32[4] s = relu(x) }\n"
                   "entry get { input x: f32[4] output y = kept() + x } }"),
            "");
}

TEST(States, AreWarnedAboutWhereTheyDoNothing) {
  EXPECT_EQ(reportIn("state a: f32[4], b: f32[4], c: f32[4] input x: f32[4]\n"
                     "b = relu(x) output y = c + x"),
            "1:17: warning: state 'a' is never assigned\n"
            "1:28: warning: state 'b' is never read\n"
            "1:39: warning: state 'c' is never assigned and stays 0\n");
}

TEST(StateErrors, SayWhatAStateIs) {
  EXPECT_EQ(reportIn("dim b in 1..2\n"
                     "state a: f32[b], n[0]: f32[2], big: f32[65536, 65536]\n"
                     "state a: f32[2], k[x]: f32[1]"),
            "2:14: error: a state outlives the calls, so its extents are "
            "constant, found b\n"
            "2:20: error: there are 1 to 4096 states of one name, found 0\n"
            "2:32: error: a tensor f32[65536, 65536] may have 4294967296 "
            "elements, more than 2147483647\n"
            "3:7: error: 'a' is already a state\n"
            "2:7: note: it is declared here\n"
            "3:20: error: unknown name 'x'\n");
}

TEST(StateErrors, SayWhatIsAssigned) {
  EXPECT_EQ(reportIn("state a: f32[4], n[2]: f32[4] input x: f32[3]\n"
                     "a = relu(x)\na = 1\nn = relu(x)\na[0] = relu(x)\n"
                     "n[2] = relu(x)\nh[0] = x\nz = n\nw = n[-1] + n[0, 1]\n"
                     "n[0] = n"),
            "2:1: error: state 'a' is f32[4], found a tensor f32[3]\n"
            "1:17: note: it is declared here\n"
            "3:1: error: state 'a' is f32[4], found the integer 1\n"
            "1:17: note: it is declared here\n"
            "4:1: error: 'n' are several states; one is assigned by its index\n"
            "5:1: error: 'a' is one state and has no index\n"
            "6:3: error: there are the states 0 to 1, found 2\n"
            "7:3: error: only one of several states is assigned by its index\n"
            "9:7: error: there are the states 0 to 1, found -1\n"
            "9:18: error: a state has one index\n"
            "10:1: error: state 'n.0' is f32[4], found several states\n"
            "1:28: note: it is declared here\n");
  EXPECT_EQ(reportIn("state a: f32[4]\nb = a\na = 1\n"
                     "entry e { input x: f32[4] a = a + x }"),
            "2:5: error: a state's value stands in an entry of a model that "
            "has entries\n"
            "3:1: error: what a state becomes stands in an entry of a model "
            "that has entries\n");
}

} // namespace
