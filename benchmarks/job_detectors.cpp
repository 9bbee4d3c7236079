#include <memory>
#include <numeric>

#include "benchmarks/raw_files.h"
#include "benchmarks/served_job.h"
#include "netstray/base/text.h"
#include "netstray/detect/cluster/clustering.h"
#include "netstray/detect/registry.h"

namespace netstray {
namespace {

constexpr std::uint64_t kSeed = 1;
constexpr std::size_t kFirstSetting = 5;

/// Everything that a fit takes, kept alive together.
struct Fit {
  const DetectorInfo& info;
  SettingValues settings;
  Matrix matrix;
  std::vector<std::uint8_t> labels;

  std::unique_ptr<Detector> run() const {
    FitContext context;
    context.seed = kSeed;
    context.labels = labels;
    return info.fit(matrix, settings, context);
  }
};

std::size_t whole(const std::string& text) { return static_cast<std::size_t>(parse_integer(text).value_or(0)); }

Fit read_fit(const std::vector<std::string>& words) {
  const std::size_t rows = whole(words[3]);
  std::vector<std::uint8_t> labels;
  std::vector<std::string> given;
  for (std::size_t i = kFirstSetting; i < words.size(); ++i) {
    if (words[i] == "--labels" && i + 1 < words.size()) {
      labels = read_raw<std::uint8_t>(words[++i], rows);
    } else {
      given.push_back(words[i]);
    }
  }
  const DetectorInfo& info = detector_info(words[1]);
  return {info, SettingValues(info.name, info.settings, given), read_matrix(words[2], rows, whole(words[4])), labels};
}

Job elbow_job(const std::vector<std::string>& words) {
  const auto matrix = std::make_shared<Matrix>(read_matrix(words[1], whole(words[2]), whole(words[3])));
  std::vector<std::size_t> counts(20);
  std::iota(counts.begin(), counts.end(), std::size_t{2});
  return [=] { return seconds_of([&] { elbow(*matrix, counts, {.seed = kSeed, .progress = {}}); }); };
}

}  // namespace

Job detector_job(const std::vector<std::string>& words) {
  if (words[0] == "elbow" && words.size() == 4) return elbow_job(words);
  if (words.size() < kFirstSetting || (words[0] != "fit" && words[0] != "score")) return {};
  const auto fit = std::make_shared<Fit>(read_fit(words));
  if (words[0] == "fit") {
    return [fit] { return seconds_of([&] { fit->run(); }); };
  }
  const std::shared_ptr<const Detector> detector = fit->run();
  const auto scores = std::make_shared<std::vector<double>>(fit->matrix.rows());
  return [=] { return seconds_of([&] { detector->score(fit->matrix, *scores); }); };
}

}  // namespace netstray
