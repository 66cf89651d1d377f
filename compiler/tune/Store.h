// The database of trials and choices. Several tuners may use one file; a killed
// one loses the trial it was at.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_TUNE_STORE_H
#define HEDDLE_COMPILER_TUNE_STORE_H

#include "compiler/tune/Trial.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace heddle::tune {

/// What measurements must agree in to count for each other.
struct Key {
  std::string kernel;        ///< its identity
  std::string family;        ///< "gemm"
  std::string bucket;        ///< the dims measured: "batch=1,seq=16"
  std::string dtype = "f32"; ///< of its elements
  std::string mask = "none"; ///< the class of its mask
  std::string target;        ///< "avx512"
  std::string processor;     ///< its model's name
  std::string versions;      ///< heddle's and the code generator's
  uint32_t threads = 1;
  bool operator==(const Key &other) const = default;
};

/// What a search has settled on for a key.
struct Choice {
  pipeline::Knobs knobs; ///< empty: the defaults, no gain was significant
  Comparison figures;    ///< of the best candidate, even where it is no gain
  uint32_t trials = 0;
  bool isFinal = false; ///< measured once more when the search ended
};

struct ChoiceRecord {
  Key key;
  Choice choice;
};

/// Every function returns what went wrong, in words, or nothing.
class Store {
public:
  enum class Access { Read, Write };
  /// How long a call waits for another process.
  static constexpr int patience = 10000; // ms

  Store();
  ~Store();
  Store(const Store &) = delete;
  Store &operator=(const Store &) = delete;

  /// Opens a file; for Write an absent or empty one becomes a database.
  std::string open(const std::string &path, Access access,
                   int milliseconds = patience);

  /// All trials of a key, in the order of their making.
  std::string trials(const Key &key, std::vector<Trial> &result);
  /// Keeps a trial, in place of an earlier one of the same knobs.
  std::string add(const Key &key, const Trial &trial);

  std::string choice(const Key &key, std::optional<Choice> &result);
  std::string choose(const Key &key, const Choice &choice);
  /// All choices, the newest first.
  std::string choices(std::vector<ChoiceRecord> &result);

private:
  class Statement;
  std::string problem() const;
  std::string execute(const char *sql);
  std::string prepareFile(Access access);
  std::string checkFormat();
  std::string contextOf(const Key &key, int64_t &id);
  std::string write(const Key &key, const char *sql,
                    const std::vector<std::string> &values);

  std::string path;
  sqlite3 *database = nullptr;
};

/// "tile_columns=48 tile_rows=6" back to knobs; nothing on other text.
std::optional<pipeline::Knobs> parseKnobs(const std::string &text);

} // namespace heddle::tune

#endif // HEDDLE_COMPILER_TUNE_STORE_H
