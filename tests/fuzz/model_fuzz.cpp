// A model file. Its size and checksum are put right first, so that what stands between them is reached. What loads
// judges and explains a few rows, and is saved and loaded again.

#include <cmath>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz_target.h"
#include "learned_rows.h"
#include "netstray/base/error.h"
#include "netstray/base/hash.h"
#include "netstray/model/model.h"

namespace netstray {
namespace {

constexpr std::size_t kMostColumns = 512;
constexpr std::size_t kSizeOffset = 12;
constexpr std::size_t kHeaderBytes = 20;

/// A file in memory that has a path.
class MemoryFile {
 public:
  explicit MemoryFile(const std::string& bytes) : descriptor_(memfd_create("model", MFD_CLOEXEC)) {
    fuzz::require(descriptor_ >= 0, "memory has files");
    const auto written = ::write(descriptor_, bytes.data(), bytes.size());
    fuzz::require(written == static_cast<ssize_t>(bytes.size()), "a file in memory takes all bytes");
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return fmt::format("/proc/self/fd/{}", descriptor_); }

 private:
  int descriptor_;
};

/// With the size of the body and the checksum that the rest asks for. The last 8 bytes are where the checksum goes.
std::string put_right(std::string bytes) {
  constexpr std::size_t kChecksumBytes = sizeof(std::uint64_t);
  if (bytes.size() < kHeaderBytes + kChecksumBytes) return bytes;
  const std::uint64_t body = bytes.size() - kHeaderBytes - kChecksumBytes;
  std::memcpy(bytes.data() + kSizeOffset, &body, sizeof body);
  const std::uint64_t checksum = hash64(std::string_view(bytes).substr(0, bytes.size() - kChecksumBytes));
  std::memcpy(bytes.data() + bytes.size() - kChecksumBytes, &checksum, sizeof checksum);
  return bytes;
}

Verdicts judged(const Model& model, const Table& table) {
  Verdicts verdicts = model.judge(table, Explain::all);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    fuzz::require(std::isfinite(verdicts.scores[row]), "a score is finite");
    const double p = verdicts.p_values[row];
    fuzz::require(std::isnan(p) ? model.calibration.empty() : p > 0 && p <= 1, "a p-value lies in (0, 1]");
    fuzz::require((verdicts.verdicts[row] == 1) == (verdicts.scores[row] > model.cut), "the cut decides");
    for (const auto& reason : verdicts.reasons[row]) fuzz::require(reason.weight > 0, "a reason has weight");
  }
  return verdicts;
}

void check(Model& model) {
  if (model.encoder().width() > kMostColumns) return;
  const Table table = fuzz::rows_for(model.encoder());
  const Verdicts before = judged(model, table);
  const auto file = std::filesystem::temp_directory_path() / fmt::format("netstray_fuzz_{}.nst", ::getpid());
  model.save(file.string());
  const Model again = Model::load(file.string());
  std::filesystem::remove(file);
  const Verdicts after = judged(again, table);
  fuzz::require(before.scores == after.scores && before.verdicts == after.verdicts,
                "what was saved and loaded judges the same");
  model.recut(ThresholdRule::parse("quantile:0.5"));
  judged(model, table);
}

}  // namespace
}  // namespace netstray

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace netstray;
  const MemoryFile file(put_right(std::string(fuzz::text_of(bytes, size))));
  try {
    Model model = Model::load(file.path());
    check(model);
  } catch (const Error&) {
    return 0;
  }
  return 0;
}
