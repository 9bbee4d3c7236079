#pragma once

#include <string>
#include <string_view>

namespace netstray {

/// The folder that a run leaves: made beside its place, and moved there whole by commit(). Without commit() nothing is
/// left, and what stood there before stays.
class RunFolder {
 public:
  /// Throws Error where `path` is there already, unless `force` and it is a run's folder (it has a results.json) or
  /// empty, and where nothing can be made beside it.
  RunFolder(std::string path, bool force);
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  /// Where a file of this name ("models/gmm.nst") is to be written for now; makes the folders above it.
  std::string file(std::string_view name) const;
  void write(std::string_view name, std::string_view bytes) const;
  void commit();

 private:
  std::string path_;
  std::string temporary_;
  bool committed_ = false;
};

}  // namespace netstray
