#include "netstray/experiment/tables/source_files.h"

#include <filesystem>
#include <system_error>

#include <fmt/core.h>

#include "netstray/base/text.h"

namespace netstray {
namespace {

std::string path_below(const std::string& data, const std::string& file) {
  return (std::filesystem::path(data) / file).string();
}

}  // namespace

std::optional<std::string> source_path(const SourceSpec& source, const std::string& data) {
  for (const auto& file : source.files) {
    std::string path = path_below(data, file);
    std::error_code failed;
    if (std::filesystem::exists(path, failed) && !failed) return path;
  }
  return std::nullopt;
}

Error missing_source(const SourceSpec& source, const std::string& data) {
  std::vector<std::string> tried;
  tried.reserve(source.files.size());
  for (const auto& file : source.files) tried.push_back(path_below(data, file));
  return Error(
      fmt::format("source \"{}\": {} {}; --data DIR says where the data lies", source.name,
                  tried.size() == 1 ? "its file is not there:" : "none of its files is there:", join(tried, ", ")));
}

SourceOptions source_options(const SourceSpec& source) {
  SourceOptions options;
  options.layout = source.layout;
  if (!source.columns.empty()) options.columns = join(source.columns, ",");
  if (!source.missing.empty()) options.missing = join(source.missing, ",");
  for (const auto& [column, type] : source.types) options.types.push_back(fmt::format("{}={}", column, name_of(type)));
  return options;
}

}  // namespace netstray
