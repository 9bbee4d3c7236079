#include <memory>

#include "benchmarks/encoded_file.h"
#include "benchmarks/served_job.h"

namespace netstray {

Job table_job(const std::vector<std::string>& words) {
  if (words.size() != 3) return {};
  const std::string& path = words[1];
  const std::string& layout = words[2];
  if (words[0] == "read") {
    return [path, layout] {
      LoadedTable loaded;
      return seconds_of([&] { loaded = load_layout(path, layout); });
    };
  }
  if (words[0] == "encode") {
    const auto loaded = std::make_shared<LoadedTable>(load_layout(path, layout));
    return [loaded] {
      Matrix matrix;
      return seconds_of([&] { matrix = fit_standardised(*loaded).encode(loaded->table); });
    };
  }
  return {};
}

}  // namespace netstray
