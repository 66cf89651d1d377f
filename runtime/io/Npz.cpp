// A .npz file: a zip archive of .npy files, read by its central directory.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/io/Npy.h"

#include <cstring>
#include <zlib.h>

namespace heddle::io {
namespace {

constexpr uint32_t localMagic = 0x04034b50, entryMagic = 0x02014b50,
                   endMagic = 0x06054b50;
constexpr size_t localBytes = 30, entryBytes = 46, endBytes = 22;

/// Little-endian fields of untrusted bytes; the caller checks the bounds.
uint32_t get16(const uint8_t *p) { return p[0] | uint32_t(p[1]) << 8; }
uint32_t get32(const uint8_t *p) { return get16(p) | get16(p + 2) << 16; }

void put16(std::vector<uint8_t> &out, uint32_t value) {
  out.push_back(uint8_t(value));
  out.push_back(uint8_t(value >> 8));
}
void put32(std::vector<uint8_t> &out, uint32_t value) {
  put16(out, value);
  put16(out, value >> 16);
}

/// One entry of the central directory.
struct Entry {
  std::string name;
  uint32_t method, crc, packed, unpacked, offset;
};

/// Reads the central directory; returns an error's text.
std::string readDirectory(const uint8_t *data, size_t size,
                          std::vector<Entry> &entries) {
  // The end record is followed by a comment of up to 65535 bytes.
  size_t end = size;
  size_t lowest = size > endBytes + 65535 ? size - endBytes - 65535 : 0;
  for (size_t at = size >= endBytes ? size - endBytes + 1 : 0; at > lowest;) {
    if (get32(data + --at) == endMagic) {
      end = at;
      break;
    }
  }
  if (end == size)
    return "is no .npz file or is cut short";
  uint32_t count = get16(data + end + 10);
  size_t at = get32(data + end + 16);
  for (uint32_t i = 0; i < count; ++i) {
    if (at > end || end - at < entryBytes || get32(data + at) != entryMagic)
      return "has a damaged directory";
    const uint8_t *p = data + at;
    size_t nameBytes = get16(p + 28);
    size_t length = entryBytes + nameBytes + get16(p + 30) + get16(p + 32);
    if (end - at < length)
      return "has a damaged directory";
    entries.push_back({std::string(p + entryBytes, p + entryBytes + nameBytes),
                       get16(p + 10), get32(p + 16), get32(p + 20),
                       get32(p + 24), get32(p + 42)});
    const Entry &entry = entries.back();
    if (entry.packed == UINT32_MAX || entry.unpacked == UINT32_MAX ||
        entry.offset == UINT32_MAX)
      return "holds a member of 4 GiB or more; use .safetensors";
    at += length;
  }
  return {};
}

/// Inflates or copies one member; returns an error's text.
std::string unpack(const uint8_t *data, size_t size, const Entry &entry,
                   std::vector<uint8_t> &bytes) {
  std::string who = "member " + entry.name;
  if (entry.offset > size || size - entry.offset < localBytes ||
      get32(data + entry.offset) != localMagic)
    return who + " is damaged";
  size_t start = entry.offset + localBytes + get16(data + entry.offset + 26) +
                 get16(data + entry.offset + 28);
  if (start > size || entry.packed > size - start)
    return who + " is cut short";
  if (entry.method == 0) {
    if (entry.packed != entry.unpacked)
      return who + " is damaged";
    bytes.assign(data + start, data + start + entry.packed);
  } else if (entry.method == Z_DEFLATED) {
    // Deflate packs at most 1032 to 1: what claims more is not believed.
    if (entry.unpacked / 1033 > entry.packed)
      return who + " is damaged";
    bytes.resize(entry.unpacked);
    z_stream stream{};
    stream.next_in = const_cast<uint8_t *>(data + start);
    stream.avail_in = entry.packed;
    stream.next_out = bytes.data();
    stream.avail_out = entry.unpacked;
    bool isRight = inflateInit2(&stream, -MAX_WBITS) == Z_OK &&
                   inflate(&stream, Z_FINISH) == Z_STREAM_END &&
                   stream.avail_out == 0;
    inflateEnd(&stream);
    if (!isRight)
      return who + " is damaged";
  } else {
    return who + " is packed by method " + std::to_string(entry.method) +
           "; stored and deflated are read";
  }
  if (crc32_z(0, bytes.data(), bytes.size()) != entry.crc)
    return who + " does not match its checksum";
  return {};
}

void putMember(std::vector<uint8_t> &out, uint32_t crc, uint32_t size,
               const std::string &name) {
  put16(out, 20);         // version needed
  put16(out, 0);          // flags
  put16(out, 0);          // stored
  put32(out, 0x00210000); // time and date: 1980-01-01, so runs are equal
  put32(out, crc);
  put32(out, size);
  put32(out, size);
  put16(out, uint32_t(name.size()));
  put16(out, 0); // no extra field
}

} // namespace

Result<std::vector<NamedTensor>> parseNpz(const uint8_t *data, size_t size,
                                          const std::string &name) {
  std::vector<Entry> entries;
  std::string error = readDirectory(data, size, entries);
  if (!error.empty())
    return Error{name + ": " + error};
  std::vector<NamedTensor> tensors;
  for (const Entry &entry : entries) {
    std::vector<uint8_t> bytes;
    error = unpack(data, size, entry, bytes);
    if (!error.empty())
      return Error{name + ": " + error};
    Result<Tensor> tensor =
        parseNpy(bytes.data(), bytes.size(), name + ": " + entry.name);
    if (!tensor)
      return Error{tensor.error()};
    std::string key = entry.name;
    if (key.size() > 4 && key.compare(key.size() - 4, 4, ".npy") == 0)
      key.resize(key.size() - 4);
    tensors.push_back({std::move(key), std::move(*tensor)});
  }
  return tensors;
}

Result<std::vector<uint8_t>>
formatNpz(const std::vector<NamedTensor> &tensors) {
  std::vector<uint8_t> file, directory;
  for (const NamedTensor &named : tensors) {
    Result<std::vector<uint8_t>> bytes = formatNpy(named.tensor);
    if (!bytes)
      return Error{bytes.error()};
    std::string member = named.name + ".npy";
    if (file.size() + bytes->size() > UINT32_MAX - localBytes - 65536)
      return Error{"a .npz file of 4 GiB or more cannot be written; write "
                   ".safetensors"};
    uint32_t offset = uint32_t(file.size()), length = uint32_t(bytes->size());
    uint32_t crc = uint32_t(crc32_z(0, bytes->data(), bytes->size()));
    put32(file, localMagic);
    putMember(file, crc, length, member);
    file.insert(file.end(), member.begin(), member.end());
    file.insert(file.end(), bytes->begin(), bytes->end());
    put32(directory, entryMagic);
    put16(directory, 20); // version made by
    putMember(directory, crc, length, member);
    directory.insert(directory.end(), 10, 0); // comment, disk, attributes
    put32(directory, offset);
    directory.insert(directory.end(), member.begin(), member.end());
  }
  uint32_t start = uint32_t(file.size());
  file.insert(file.end(), directory.begin(), directory.end());
  put32(file, endMagic);
  put32(file, 0); // disks
  put16(file, uint32_t(tensors.size()));
  put16(file, uint32_t(tensors.size()));
  put32(file, uint32_t(directory.size()));
  put32(file, start);
  put16(file, 0); // comment
  return file;
}

} // namespace heddle::io
