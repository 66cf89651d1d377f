// Imports: the files that a model takes fns from.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/Parser.h"
#include "compiler/dsl/Sema.h"

#include <filesystem>
#include <iterator>
#include <set>

namespace heddle::dsl {
namespace {

/// Files that one model may be made of.
constexpr size_t maxFiles = 64;

class Importer {
public:
  Importer(ast::File &root, Source &source, const FileReader &read,
           Diagnostics &diagnostics)
      : root(root), source(source), read(read), diagnostics(diagnostics) {}

  void run() {
    std::string path = normal(source.name());
    known.insert(path);
    open.push_back({path, {}});
    follow(root.imports, 0);
  }

private:
  /// A file under way, and the import that began it.
  struct Open {
    std::string path;
    Span span;
  };

  static std::string normal(const std::filesystem::path &path) {
    return path.lexically_normal().string();
  }

  void follow(const std::vector<ast::Import> &imports, size_t from) {
    for (const ast::Import &import : imports)
      if (!diagnostics.full())
        follow(import, from);
  }

  void follow(const ast::Import &import, size_t from) {
    std::filesystem::path folder =
        std::filesystem::path(source.name(from)).parent_path();
    std::string path = normal(folder / import.path);
    if (import.path.empty() || !read) {
      diagnostics.error(import.span, import.path.empty()
                                         ? "the path of an import is empty"
                                         : "nothing can be imported here");
    } else if (known.count(path)) {
      refuseCycle(path, import.span);
    } else if (source.fileCount() == maxFiles) {
      diagnostics.error(import.span, "a model is made of at most " +
                                         std::to_string(maxFiles) + " files");
    } else {
      load(path, import.span);
    }
  }

  void load(const std::string &path, Span span) {
    std::string problem;
    std::optional<std::string> text = read(path, problem);
    known.insert(path);
    if (!text) {
      diagnostics.error(span, problem);
      return;
    }
    size_t number = source.add(path, *text);
    ast::File file = parse(source, diagnostics, number);
    std::move(file.functions.begin(), file.functions.end(),
              std::back_inserter(root.functions));
    open.push_back({path, span});
    follow(file.imports, number);
    open.pop_back();
  }

  /// A file that is still under way imports itself; another one is known.
  void refuseCycle(const std::string &path, Span span) {
    size_t first = 0;
    while (first < open.size() && open[first].path != path)
      ++first;
    if (first == open.size())
      return;
    Diagnostic &diagnostic =
        diagnostics.error(span, "'" + path + "' imports itself");
    for (size_t i = first + 1; i < open.size(); ++i)
      diagnostic.note(open[i].span, "by way of '" + open[i].path + "'");
  }

  ast::File &root;
  Source &source;
  const FileReader &read;
  Diagnostics &diagnostics;
  std::set<std::string> known; ///< Paths of the files.
  std::vector<Open> open;
};

} // namespace

void importFiles(ast::File &file, Source &source, const FileReader &read,
                 Diagnostics &diagnostics) {
  Importer(file, source, read, diagnostics).run();
}

} // namespace heddle::dsl
