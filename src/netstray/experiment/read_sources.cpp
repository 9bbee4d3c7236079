#include "netstray/experiment/read_sources.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/source/table_source.h"

namespace netstray {
namespace {

std::string path_below(const std::string& data, const std::string& file) {
  return (std::filesystem::path(data) / file).string();
}

SourceOptions options_of(const SourceSpec& source) {
  SourceOptions options;
  options.layout = source.layout;
  if (!source.columns.empty()) options.columns = join(source.columns, ",");
  if (!source.missing.empty()) options.missing = join(source.missing, ",");
  for (const auto& [column, type] : source.types) options.types.push_back(fmt::format("{}={}", column, name_of(type)));
  return options;
}

Error nothing_there(const SourceSpec& source, const std::string& data) {
  std::string text = fmt::format("source {}: ", netstray::quoted(source.name));
  if (source.files.empty()) return Error(text + "it names no file, and no way to make its rows up");
  text += source.files.size() == 1 ? "its file is not there: " : "none of its files is there: ";
  std::vector<std::string> tried;
  for (const auto& file : source.files) tried.push_back(path_below(data, file));
  return Error(text + join(tried, ", ") + "; --data DIR says where the data lies");
}

ReadSource read_file(const SourceSpec& source, const std::string& path, const std::string& data) {
  LoadedTable loaded = load_table(path, options_of(source));
  ReadSource read;
  read.layout = loaded.layout;
  read.result.name = source.name;
  read.result.format = loaded.format;
  read.result.digest = loaded.digest;
  read.result.rows = loaded.table.rows();
  std::error_code failed;
  const auto below = std::filesystem::relative(path, data, failed);
  read.result.path = failed || below.empty() ? path : below.string();
  for (const auto& [reason, rows] : loaded.skipped) {
    if (!read.result.note.empty()) read.result.note += "; ";
    read.result.note += fmt::format("{} rows left out: {}", grouped(rows), reason);
  }
  read.table = std::move(loaded.table);
  return read;
}

}  // namespace

std::optional<std::string> find_source_file(const SourceSpec& source, const std::string& data) {
  for (const auto& file : source.files) {
    std::string path = path_below(data, file);
    std::error_code failed;
    if (std::filesystem::exists(path, failed) && !failed) return path;
  }
  return std::nullopt;
}

const SourceSpec& source_named(const Experiment& experiment, std::string_view name) {
  const auto found = std::ranges::find(experiment.sources, name, &SourceSpec::name);
  if (found == experiment.sources.end())
    throw Error(fmt::format("there is no source or table {}", netstray::quoted(name)));
  return *found;
}

ReadSource read_source(const SourceSpec& source, const Experiment& experiment, const std::string& data) {
  static_cast<void>(experiment);
  const auto path = find_source_file(source, data);
  if (!path) throw nothing_there(source, data);
  return read_file(source, *path, data);
}

}  // namespace netstray
