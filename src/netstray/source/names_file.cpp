#include "netstray/source/names_file.h"

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

constexpr std::size_t kLargest = std::size_t{1} << 20;

std::string read_all(ByteSource& source) {
  std::string bytes(kLargest + 1, '\0');
  std::size_t size = 0;
  while (const std::size_t got = source.read(std::span(bytes).subspan(size))) {
    size += got;
    if (size > kLargest) throw Error(fmt::format("{}: is over 1 MiB, expected a .names file", source.name()));
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

NamesFile read_names_file(std::unique_ptr<ByteSource> source) {
  const std::string& file = source->name();
  NamesFile result;
  std::size_t number = 0;
  for (const auto& raw : split(read_all(*source), '\n')) {
    ++number;
    const std::string_view line = trim(raw);
    if (number == 1 || line.empty() || line.starts_with('|')) continue;
    const auto colon = line.find(':');
    const std::string_view name = trim(line.substr(0, colon));
    std::string_view kind = colon == std::string_view::npos ? std::string_view() : trim(line.substr(colon + 1));
    if (kind.ends_with('.')) kind.remove_suffix(1);
    if (name.empty() || (kind != "continuous" && kind != "symbolic")) {
      throw Error(fmt::format("{}:{}: found {}, expected \"NAME: continuous.\" or \"NAME: symbolic.\"", file, number,
                              quoted(line)));
    }
    result.names.emplace_back(name);
    if (kind == "continuous") result.numeric.emplace(name, ColumnType::integer);
  }
  if (result.names.empty()) {
    throw Error(fmt::format("{}: names no columns, expected lines \"NAME: continuous.\"", file));
  }
  result.names.emplace_back("label");
  return result;
}

}  // namespace netstray
