// Search at random: see Search.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/tune/Search.h"

#include <utility>

namespace heddle::tune {

namespace {

/// splitmix64 (Steele, Lea, Flood 2014): the same numbers on every machine.
uint64_t nextRandom(uint64_t &state) {
  state += 0x9e3779b97f4a7c15;
  uint64_t bits = state;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
  return bits ^ (bits >> 31);
}

class RandomSearch : public Search {
public:
  RandomSearch(const Space &space, uint64_t seed) : space(space) {
    for (uint64_t index = 0; index < space.size(); ++index)
      order.push_back(index);
    for (uint64_t left = order.size(); left > 1; --left)
      std::swap(order[left - 1], order[nextRandom(seed) % left]);
  }

  std::optional<Knobs> propose() override {
    if (next == order.size())
      return std::nullopt;
    return space.at(order[next++]);
  }

  void observe(const Trial &) override {}

private:
  const Space &space;
  std::vector<uint64_t> order;
  size_t next = 0;
};

} // namespace

std::unique_ptr<Search> randomSearch(const Space &space, uint64_t seed) {
  return std::make_unique<RandomSearch>(space, seed);
}

} // namespace heddle::tune
