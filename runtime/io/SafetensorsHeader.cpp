// Reads a safetensors header event by event, so that doubled names are seen
// and nothing larger than the header is built.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/io/SafetensorsHeader.h"

#include <nlohmann/json.hpp>

namespace heddle::io {
namespace {

/// nlohmann's SAX interface. Objects nest two deep, arrays only in fields.
class HeaderReader {
public:
  using json = nlohmann::json;
  explicit HeaderReader(SafetensorsHeader &header) : header(header) {}

  std::string error;

  bool null() { return unexpected("null"); }
  bool boolean(bool) { return unexpected("a boolean"); }
  bool number_integer(json::number_integer_t value) {
    return unexpected("the number " + std::to_string(value));
  }
  bool number_unsigned(json::number_unsigned_t value) {
    if (!numbers)
      return unexpected("the number " + std::to_string(value));
    if (numbers->size() == 32)
      return fail(place() + " has more than 32 numbers");
    numbers->push_back(value);
    return true;
  }
  bool number_float(json::number_float_t, const std::string &text) {
    return unexpected("the number " + text);
  }
  bool string(std::string &value) {
    if (numbers || depth != 2)
      return unexpected("a string");
    if (inNotes) {
      header.notes[field] = value;
      return true;
    }
    if (field != "dtype")
      return unexpected("a string");
    header.entries.back().dtype = value;
    return true;
  }
  bool binary(json::binary_t &) { return unexpected("binary data"); }

  bool start_object(size_t) {
    if (numbers || depth == 2)
      return unexpected("an object");
    ++depth;
    if (depth == 2 && !inNotes)
      header.entries.push_back({tensor, {}, {}, {}, {}});
    return true;
  }
  bool end_object() {
    if (depth == 2 && !inNotes) {
      const SafetensorsEntry &entry = header.entries.back();
      for (const char *needed : {"dtype", "shape", "data_offsets"})
        if (!entry.fields.count(needed))
          return fail("tensor " + jsonQuote(tensor) + " has no " + needed);
    }
    --depth;
    return true;
  }
  bool key(std::string &value) {
    if (depth == 1) {
      if (!names.insert(value).second)
        return fail("the name " + jsonQuote(value) + " is given twice");
      inNotes = value == "__metadata__";
      tensor = value;
      return true;
    }
    field = value;
    if (inNotes) {
      if (header.notes.count(value))
        return fail("__metadata__ has the key " + jsonQuote(value) + " twice");
      return true;
    }
    if (value != "dtype" && value != "shape" && value != "data_offsets")
      return fail("tensor " + jsonQuote(tensor) + " has an unknown field " +
                  jsonQuote(value));
    if (!header.entries.back().fields.insert(value).second)
      return fail(place() + " is given twice");
    return true;
  }

  bool start_array(size_t) {
    if (numbers || depth != 2 || inNotes || field == "dtype")
      return unexpected("an array");
    SafetensorsEntry &entry = header.entries.back();
    numbers = field == "shape" ? &entry.shape : &entry.offsets;
    return true;
  }
  bool end_array() {
    numbers = nullptr;
    return true;
  }

  bool parse_error(size_t position, const std::string &,
                   const nlohmann::detail::exception &) {
    return fail("the header is no JSON: error at its byte " +
                std::to_string(position));
  }

private:
  bool fail(std::string text) {
    error = std::move(text);
    return false;
  }
  /// What the reader is in, for messages.
  std::string place() const {
    if (depth == 2 && inNotes)
      return "__metadata__ " + jsonQuote(field);
    if (depth == 2)
      return field + " of tensor " + jsonQuote(tensor);
    return depth == 1 ? "the entry " + jsonQuote(tensor) : "the header";
  }
  bool unexpected(const std::string &what) {
    return fail(place() + " is or holds " + what +
                ", which has no place there");
  }

  SafetensorsHeader &header;
  std::set<std::string> names;
  std::string tensor, field;
  std::vector<uint64_t> *numbers = nullptr; ///< the array being read
  int depth = 0;
  bool inNotes = false;
};

} // namespace

std::string parseSafetensorsHeader(std::string_view text,
                                   SafetensorsHeader &header) {
  HeaderReader reader(header);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &reader) &&
      reader.error.empty())
    return "the header is no JSON";
  return reader.error;
}

std::string jsonQuote(const std::string &text) {
  return nlohmann::json(text).dump(-1, ' ', false,
                                   nlohmann::json::error_handler_t::replace);
}

} // namespace heddle::io
