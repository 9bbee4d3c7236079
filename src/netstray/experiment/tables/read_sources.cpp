#include "netstray/experiment/tables/read_sources.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/hash.h"
#include "netstray/base/text.h"
#include "netstray/experiment/tables/source_files.h"
#include "netstray/feature/asn_table.h"
#include "netstray/source/table_source.h"
#include "netstray/synth/user_log.h"

namespace netstray {
namespace {

/// How the file is called below the data folder.
std::string path_within(const std::string& path, const std::string& data) {
  std::error_code failed;
  const auto below = std::filesystem::relative(path, data, failed);
  return failed || below.empty() ? path : below.string();
}

std::string file_digest(const std::string& path) {
  constexpr std::size_t kPiece = std::size_t{1} << 20U;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(fmt::format("cannot open {}", netstray::quoted(path)));
  StreamHash hash;
  std::vector<char> bytes(kPiece);
  while (file.read(bytes.data(), static_cast<std::streamsize>(bytes.size())), file.gcount() > 0) {
    hash.add({bytes.data(), static_cast<std::size_t>(file.gcount())});
  }
  return hash.hex();
}

/// What is wrong with a file is told with the source that it belongs to.
LoadedTable load_source(const SourceSpec& source, const std::string& path) {
  try {
    return load_table(path, source_options(source));
  } catch (const Error& error) {
    throw Error(fmt::format("source {}: {}", netstray::quoted(source.name), error.what()));
  }
}

ReadSource read_file(const SourceSpec& source, const std::string& path, const std::string& data) {
  LoadedTable loaded = load_source(source, path);
  ReadSource read;
  read.layout = loaded.layout;
  read.result.name = source.name;
  read.result.format = loaded.format;
  read.result.digest = loaded.digest;
  read.result.rows = loaded.table.rows();
  read.result.path = path_within(path, data);
  for (const auto& [reason, rows] : loaded.skipped) {
    if (!read.result.note.empty()) read.result.note += "; ";
    read.result.note += fmt::format("{} rows left out: {}", grouped(rows), reason);
  }
  read.table = std::move(loaded.table);
  return read;
}

ReadSource read_networks(const SourceSpec& source, const std::string& path, const std::string& data) {
  ReadSource read;
  read.result.name = source.name;
  read.result.path = path_within(path, data);
  read.result.format = "ip2asn";
  read.result.digest = file_digest(path);
  const AsnTable networks = read_asn_table(path);
  read.table = networks.unique_asns();
  read.result.rows = read.table.rows();
  read.result.note = fmt::format("{} ranges of addresses, of which the different numbers, countries and organisations",
                                 grouped(networks.ranges()));
  return read;
}

/// What users of a made-up log connect to: the networks of a source where the recipe names one and its file is there.
std::vector<AsnCountry> networks_for(const SourceSpec& source, const Experiment& experiment, const std::string& data) {
  std::vector<AsnCountry> pairs;
  if (source.networks.empty()) return pairs;
  const auto path = source_path(source_named(experiment, source.networks), data);
  if (!path) throw missing_source(source_named(experiment, source.networks), data);
  const AsnTable networks = read_asn_table(*path);
  for (const AsnOwner& owner : networks.owners()) pairs.push_back({owner.asn, owner.country});
  return pairs;
}

ReadSource make_up(const SourceSpec& source, const Experiment& experiment, const std::string& data) {
  if (source.generate != "user-log") {
    throw Error(fmt::format("source {}: there is no way {} of making rows up", netstray::quoted(source.name),
                            netstray::quoted(source.generate)));
  }
  UserLogSettings settings;
  settings.rows = source.rows;
  settings.seed = source.seed;
  if (source.anomaly_share) settings.malicious_share = *source.anomaly_share;
  settings.networks = networks_for(source, experiment, data);
  ReadSource read;
  read.table = make_user_log(settings);
  read.result.name = source.name;
  read.result.format = source.generate;
  read.result.rows = read.table.rows();
  read.result.made_up = true;
  read.result.note = fmt::format("made up by {}, seed {}", source.generate, source.seed);
  if (!source.files.empty()) {
    read.result.note = fmt::format("{} is not there: {}", join(source.files, ", "), read.result.note);
  }
  return read;
}

}  // namespace

const SourceSpec& source_named(const Experiment& experiment, std::string_view name) {
  const auto found = std::ranges::find(experiment.sources, name, &SourceSpec::name);
  if (found == experiment.sources.end())
    throw Error(fmt::format("there is no source or table {}", netstray::quoted(name)));
  return *found;
}

ReadSource read_source(const SourceSpec& source, const Experiment& experiment, const std::string& data) {
  const auto path = source_path(source, data);
  if (!path && !source.generate.empty()) return make_up(source, experiment, data);
  if (!path) throw missing_source(source, data);
  return source.format == SourceSpec::Format::ip2asn ? read_networks(source, *path, data)
                                                     : read_file(source, *path, data);
}

}  // namespace netstray
