#include "netstray/experiment/run_folder.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/output_file.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

namespace fs = std::filesystem;

void refuse_what_is_there(const std::string& path, bool force) {
  std::error_code failed;
  if (!fs::exists(path, failed)) return;
  if (!force)
    throw Error(fmt::format("{} is there already: say another folder by --out, or --force", netstray::quoted(path)));
  if (!fs::is_directory(path, failed) ||
      (!fs::is_empty(path, failed) && !fs::exists(fs::path(path) / "results.json"))) {
    throw Error(fmt::format("{} is no folder of an experiment (it has no results.json): it is not replaced",
                            netstray::quoted(path)));
  }
}

std::string beside(const std::string& path) {
  const fs::path target = fs::absolute(fs::path(path)).lexically_normal();
  const fs::path whole = target.has_filename() ? target : target.parent_path();
  std::error_code failed;
  fs::create_directories(whole.parent_path(), failed);
  if (failed)
    throw Error(fmt::format("cannot make {}: {}", netstray::quoted(whole.parent_path().string()), failed.message()));
  std::string name = (whole.parent_path() / fmt::format(".{}.XXXXXX", whole.filename().string())).string();
  if (mkdtemp(name.data()) == nullptr) {
    throw Error(fmt::format("cannot make a folder beside {}: {}", netstray::quoted(path), std::strerror(errno)));
  }
  fs::permissions(name,
                  fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec | fs::perms::others_read |
                      fs::perms::others_exec,
                  failed);
  return name;
}

}  // namespace

RunFolder::RunFolder(std::string path, bool force) : path_(std::move(path)) {
  refuse_what_is_there(path_, force);
  temporary_ = beside(path_);
}

RunFolder::~RunFolder() {
  std::error_code ignored;
  if (!committed_) fs::remove_all(temporary_, ignored);
}

std::string RunFolder::file(std::string_view name) const {
  const fs::path path = fs::path(temporary_) / name;
  std::error_code failed;
  fs::create_directories(path.parent_path(), failed);
  if (failed)
    throw Error(fmt::format("cannot make {}: {}", netstray::quoted(path.parent_path().string()), failed.message()));
  return path.string();
}

void RunFolder::write(std::string_view name, std::string_view bytes) const { write_file(file(name), bytes); }

void RunFolder::commit() {
  std::error_code failed;
  const std::string old = temporary_ + ".old";
  const bool replaces = fs::exists(path_, failed);
  if (replaces) fs::rename(path_, old, failed);
  if (!failed) fs::rename(temporary_, path_, failed);
  if (failed) throw Error(fmt::format("cannot make {}: {}", netstray::quoted(path_), failed.message()));
  committed_ = true;
  if (replaces) fs::remove_all(old, failed);
}

}  // namespace netstray
