# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""`inspect --blocks` tells what runs: a value that is no number shows in the
blocks of queries that meet its key, and those are the blocks of the map."""
import json

import numpy as np

import support

ISA = support.ISAS[0]
WIDTH = 16
SELF = f"""
model Blocks {{
  dim b in 1..2, s in 1..1100
  input q: f32[b, 2, s, {WIDTH}], k: f32[b, 2, s, {WIDTH}],
        v: f32[b, 2, s, {WIDTH}], keep: bool[b, s], ids: i32[b, s]
  output dense = attention(q, k, v)
  output causal = attention(q, k, v, mask = causal)
  output window = attention(q, k, v, mask = window(100))
  output local = attention(q, k, v, mask =
    (b, h, q, k) => q / 256 == k / 256 & k <= q + 300)
  output parity = attention(q, k, v, mask =
    causal & (b, h, q, k) => mod(q + k, 2) == 0)
  output padding = attention(q, k, v, mask = padding(keep))
  output documents = attention(q, k, v, mask = documents(ids) & causal)
}}
"""
CROSS = f"""
model Cross {{
  dim tq in 1..300, tk in 1..1100
  input q: f32[1, 2, tq, {WIDTH}], k: f32[1, 2, tk, {WIDTH}],
        v: f32[1, 2, tk, {WIDTH}]
  output y = attention(q, k, v,
    mask = window(left = 300, right = 20, offset = 350))
}}
"""


def live_pairs(name, s, inputs):
    """[b, queries, keys]"""
    q, k = np.arange(s)[:, None], np.arange(s)[None, :]
    ids, keep = inputs["ids"], inputs["keep"]
    live = {"dense": k >= 0,
            "causal": k <= q,
            "window": np.abs(q - k) < 100,
            "local": (q // 256 == k // 256) & (k <= q + 300),
            "parity": (k <= q) & ((q + k) % 2 == 0),
            "padding": keep[:, None, :],
            "documents": (ids[:, :, None] == ids[:, None, :]) & (k <= q)}[name]
    return np.broadcast_to(live, (ids.shape[0], s, s))


def groups_of(values, step, least=np.min):
    return np.stack([least(values[:, at:at + step], axis=1)
                     for at in range(0, values.shape[1], step)], 1)


def live_groups(name, block, group, inputs):
    """[b, blocks, groups] by the rule of ranges; None where there is none."""
    ids, keep = inputs["ids"], inputs["keep"]
    if name == "local":
        ids = np.arange(ids.shape[1])[None] // 256
    if name == "padding":
        return groups_of(keep, group, np.any)[:, None, :]
    if name in ["documents", "local"]:
        low, high = groups_of(ids, block), groups_of(ids, block, np.max)
        return ((low[:, :, None] <= groups_of(ids, group, np.max)[:, None, :])
                & (groups_of(ids, group)[:, None, :] <= high[:, :, None]))
    return None


def live_keys(name, map_, inputs):
    """[b, blocks, keys]: of a tile, from the first live group to the last."""
    if "group_keys" not in map_:
        return np.ones((1, 1, map_["keys"]), bool)
    group, tile = map_["group_keys"], map_["tile_keys"]
    live = live_groups(name, map_["query_block"], group, inputs)
    keys = np.repeat(live, group, axis=2)[:, :, :map_["keys"]]
    for at in range(0, map_["keys"], tile):
        part = keys[:, :, at:at + tile]
        part[:] = (np.maximum.accumulate(part, 2)
                   & np.maximum.accumulate(part[:, :, ::-1], 2)[:, :, ::-1])
    return keys


class Blocks(support.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, text in [("self", SELF), ("cross", CROSS)]:
            (cls.folder / f"{name}.heddle").write_text(text)
            setattr(cls, name, cls.compiled(name, cls.folder /
                                            f"{name}.heddle", "--isa", ISA))

    def maps(self, artifact, **dims):
        report = support.inspect(
            artifact, "--blocks", "--dims",
            ",".join(f"{name}={value}" for name, value in dims.items()))
        return report["blocks"]

    def inputs(self, b, s, kind, random):
        shape = (b, 2, s, WIDTH)
        ids = np.sort(random.integers(0, 5, (b, s)), 1)
        keep = np.arange(s)[None, :] < random.integers(1, s + 1, (b, 1))
        if kind == "mixed":
            ids, keep = random.integers(0, 2, (b, s)), keep[:, ::-1]
        return {**{name: random.standard_normal(shape, np.float32)
                   for name in "qkv"},
                "ids": ids.astype(np.int32), "keep": np.array(keep)}

    def expected(self, map_, key, allowed):
        """[b, blocks]: which meet a key, by the map and what the mask lets."""
        tile = map_["tile_keys"]
        index = np.arange(len(map_["rows"]))
        letters = np.array([row[key // tile] for row in map_["rows"]])
        scope = {"keys": map_["keys"], "min": np.minimum, "max": np.maximum,
                 "block": index}
        met = ((eval(map_["from"], scope) <= key)
               & (key < eval(map_["to"], scope)) & (letters != "."))
        return met & allowed[:, :, key]

    def check_poison(self, artifact, maps, inputs, key, allowed, live):
        poisoned = dict(inputs, v=inputs["v"].copy())
        poisoned["v"][:, :, key] = np.nan
        found = self.run_model(artifact, poisoned, "--isa", ISA)
        for (name, y), map_ in zip(found.items(), maps):
            size, nan = map_["query_block"], np.isnan(y).any(axis=(1, 3))
            for b in range(y.shape[0]):
                met = self.expected(map_, key, allowed(name, map_))
                met = met[min(b, len(met) - 1)]
                # A query without any key gives zeros, whatever is computed.
                seen = live(name)[b].any(axis=1)
                blocks = range(0, y.shape[2], size)
                np.testing.assert_array_equal(
                    [nan[b, at:at + size].any() for at in blocks],
                    met & [seen[at:at + size].any() for at in blocks],
                    err_msg=f"{name} key {key} of {map_['keys']}")

    def test_blocks_that_meet_a_key_are_those_of_the_map(self):
        random = np.random.default_rng(5)
        for b, s, kind in [(1, 1, "sorted"), (2, 16, "sorted"), (2, 33, "mixed"),
                           (2, 383, "sorted"), (1, 521, "mixed"),
                           (2, 1000, "sorted"), (1, 1100, "sorted")]:
            inputs = self.inputs(b, s, kind, random)
            maps = self.maps(self.self, b=b, s=s)
            self.assertEqual([map_["uses"] for map_ in maps], [1] * 7)
            keys = {0, s // 2, s - 1, *random.integers(0, s, 3),
                    *(key for key in [255, 256, 384] if key < s)}
            for key in sorted(keys):
                self.check_poison(
                    self.self, maps, inputs, int(key),
                    lambda name, map_: live_keys(name, map_, inputs),
                    lambda name: live_pairs(name, s, inputs))

    def test_few_queries_have_the_maps_of_their_kernels(self):
        random = np.random.default_rng(6)
        for tq, tk, kernel in [(1, 1000, "k0_decode"), (3, 521, "k0_decode"),
                               (16, 1100, "k0_few"), (300, 1001, "k0"),
                               (170, 90, "k0")]:
            q, k = np.arange(tq)[:, None] + 350, np.arange(tk)[None, :]
            live = ((q - 300 <= k) & (k <= q + 20))[None]
            inputs = {name: random.standard_normal(
                (1, 2, tq if name == "q" else tk, WIDTH), np.float32)
                for name in "qkv"}
            maps = self.maps(self.cross, tq=tq, tk=tk)
            self.assertEqual([map_["kernel"] for map_ in maps], [kernel])
            for key in sorted({0, 49, 50, tk // 2, 383, 384, tk - 1}):
                if key < tk:
                    self.check_poison(self.cross, maps, inputs, key,
                                      lambda name, map_: live_keys(
                                          name, map_, inputs),
                                      lambda name: live)

    def test_skipped_tiles_are_masked_and_full_ones_are_not(self):
        random = np.random.default_rng(7)
        for s in [1, 47, 511, 1100]:
            inputs = self.inputs(1, s, "sorted", random)
            names = ["dense", "causal", "window", "local", "parity", "padding",
                     "documents"]
            counts = {}
            for name, map_ in zip(names, self.maps(self.self, b=1, s=s)):
                live = live_pairs(name, s, inputs)[0]
                tile, block = map_["tile_keys"], map_["query_block"]
                for i, row in enumerate(map_["rows"]):
                    for j, letter in enumerate(row):
                        part = live[i * block:(i + 1) * block,
                                    j * tile:(j + 1) * tile]
                        if letter == ".":
                            self.assertFalse(part.any(), (name, s, i, j))
                        if letter == "#":
                            self.assertTrue(part.all(), (name, s, i, j))
                letters = "".join(map_["rows"])
                counts[name] = {letter: letters.count(letter)
                                for letter in ".#+?"}
                self.assertEqual(list(map_["tiles"].values()),
                                 list(counts[name].values()))
            self.assertEqual(set("".join(map_["rows"])) - set(".?"), set())
            self.assertEqual(counts["parity"]["#"], 0)
            if s == 1100:
                self.assertGreater(counts["causal"]["#"], 20)
                self.assertGreater(counts["local"]["."], 80)

    def test_pairs_are_counted(self):
        maps = self.maps(self.self, b=1, s=1000)
        causal = maps[1]
        self.assertEqual(causal["query_block"], 32)
        rows = [min(32, 1000 - at) for at in range(0, 1000, 32)]
        self.assertEqual(causal["pairs"], {
            "computed": sum(n * min(1000, 32 * (i + 1))
                            for i, n in enumerate(rows)), "dense": 10**6})
        # Where numbers alone tell groups of keys.
        inputs = self.inputs(1, 1000, "sorted", np.random.default_rng(8))
        live = live_keys("local", maps[3], inputs)
        met = np.stack([self.expected(maps[3], key, live)[0]
                        for key in range(1000)], 1)
        self.assertEqual(maps[3]["pairs"]["computed"],
                         int((np.array(rows)[:, None] * met).sum()))
        # Without a mask, every pair.
        self.assertEqual(self.maps(self.self, b=1, s=77)[0]["pairs"],
                         {"computed": 77**2, "dense": 77**2})

    def test_the_text_draws_them(self):
        text = self.works("inspect", self.self, "--blocks").text
        self.assertIn("at b = 2, s = 1100", text)  # the largest
        for piece in ["1100 queries in blocks of 32, 1100 keys in tiles of 384",
                      "to before min(keys, block * 32 + 32)",
                      "by data, of a tile, the groups of 8 keys from the first "
                      "to the last with input0[batch, key]",
                      "no tile is full", "  tiles: ", "  pairs: at most "]:
            self.assertIn(piece, text)
        few = self.works("inspect", self.self, "--blocks", "--dims", "s=65",
                         program="heddle-run").text
        self.assertIn("         0  +\n        32  +\n        64  +\n", few)

    def test_the_schedule_phase_says_it_too(self):
        text = self.works("compile", self.folder / "cross.heddle",
                          "--stop-after=schedule", "--isa", ISA).text
        self.assertIn('to = "min(keys, block * 32 + 402)"', text)
        self.assertIn("full = \"tile * 384 + 384 <= block * 32 + 370", text)
        edited = self.write("edited.mlir", text.replace(
            'keys = "tk"', 'keys = "tk +"'))
        path = self.compiled("edited", edited)
        self.refused(["error: kernel k0 has a map of blocks that cannot be "
                      "read"], "inspect", path, "--blocks")
        self.works("inspect", path)

    def test_bad_input(self):
        first = self.compiled("first", support.FIRST, "--weights", "random:1",
                              "--isa", ISA)
        self.refused(["error: no kernel is an attention: there are no blocks "
                      "to show"], "inspect", first, "--blocks")
        self.refused(['error: no dim "seq"; there is "b", "s"'], "inspect",
                     self.self, "--blocks", "--dims", "seq=5")
        self.refused(["error: s is 2000, outside 1..1100"], "inspect",
                     self.self, "--blocks", "--dims", "s=2000")
        other = self.write("other.so", "no artefact")
        self.refused(["is no heddle artefact"], "inspect", other, "--blocks")
        self.refused(["error: --blocks tells of a compiled model"], "inspect",
                     self.folder / "self.heddle", "--blocks")

    def test_what_inspect_says_without_it_stays(self):
        report = json.loads(self.works("inspect", self.self, "--json").text)
        self.assertEqual(set(report["notes"]), {"compiler", "code generators"})
        self.assertNotIn("blocks", report)


if __name__ == "__main__":
    support.main()
