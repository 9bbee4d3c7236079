#include "members.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <limits>
#include <numeric>
#include <unordered_set>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/hash.h"
#include "netstray/base/output_file.h"
#include "netstray/base/rng.h"
#include "netstray/base/serial.h"
#include "netstray/base/text.h"
#include "netstray/detect/registry.h"
#include "netstray/detect/tail.h"
#include "netstray/encode/encoder.h"
#include "netstray/metric/metric.h"

namespace netstray {
namespace {

constexpr std::uint64_t kCalibrationStream = 0x63616c6962ULL;
constexpr std::uint64_t kHalvesStream = 0x68616c766573ULL;
constexpr double kKeptBack = 0.2;

/// Processor time of all threads since the program began.
double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

std::vector<double> pick(const std::vector<double>& values, const std::vector<std::uint32_t>& rows) {
  std::vector<double> picked(rows.size());
  std::ranges::transform(rows, picked.begin(), [&](std::uint32_t row) { return values[row]; });
  return picked;
}

std::vector<double> scores_of(const Detector& detector, const Matrix& matrix) {
  std::vector<double> scores(matrix.rows());
  detector.score(matrix, scores);
  return scores;
}

MemberScores fit_and_score(const StudySet& set, const Split& split, const std::string& member, std::uint64_t seed) {
  const auto slash = member.find('/');
  if (slash == std::string::npos)
    throw usage_error(fmt::format("member {}: expected ENCODING/DETECTOR", netstray::quoted(member)));
  const auto colon = std::min(member.find(':', slash), member.size());
  const auto& info = detector_info(std::string_view(member).substr(slash + 1, colon - slash - 1));
  const auto given = colon == member.size() ? std::vector<std::string>{}
                                            : netstray::split(std::string_view(member).substr(colon + 1), ',');
  const SettingValues values(info.name, info.settings, given);

  const double start = processor_seconds();
  std::vector<std::size_t> columns(set.train.columns());
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  const auto encoder = Encoder::fit(set.train, columns, split.fitted, Encoding::parse(member.substr(0, slash)));
  const Matrix learned = encoder.encode(set.train);
  FitContext context;
  context.seed = seed;
  const auto detector = info.fit(learned.gather(split.fitted), values, context);
  const double fit_seconds = processor_seconds() - start;
  const double fitted = processor_seconds();
  auto test = scores_of(*detector, encoder.encode(set.test));
  const double score_seconds = processor_seconds() - fitted;
  return {scores_of(*detector, learned.gather(split.kept_back)), std::move(test), fit_seconds, score_seconds};
}

Outcome::AtCut at_quantile(const StudySet& set, const JoinedScores& joined, double q) {
  const double cut = ScoreSample(joined.kept_back).quantile(q);
  std::vector<std::uint8_t> verdicts(joined.test.size());
  std::ranges::transform(joined.test, verdicts.begin(),
                         [&](double score) { return static_cast<std::uint8_t>(score > cut ? 1 : 0); });
  const Confusion found = confusion(set.labels, verdicts);
  return {found.accuracy(), found.f1(), found.false_positive_rate(), found.recall()};
}

/// Whether the false alarms on half of the kept-back rows are as asked when the other half calibrates.
std::vector<bool> inside_interval(const std::vector<MemberScores>& members, Join how, std::uint64_t seed) {
  std::vector<std::uint32_t> order(members.front().kept_back.size());
  std::iota(order.begin(), order.end(), 0U);
  Rng rng = Rng::stream(seed, kHalvesStream);
  rng.shuffle(order);
  const std::vector<std::uint32_t> counted(order.begin() + static_cast<std::ptrdiff_t>(order.size() / 2), order.end());
  order.resize(order.size() / 2);
  std::vector<MemberScores> halves;
  halves.reserve(members.size());
  for (const auto& member : members) {
    halves.push_back({pick(member.kept_back, order), pick(member.kept_back, counted), 0, 0});
  }
  const JoinedScores joined = join_scores(halves, how);
  const ScoreSample calibration(joined.kept_back);
  std::vector<bool> inside;
  for (const double share : {0.05, 0.01}) {
    const auto alarms =
        std::ranges::count_if(joined.test, [&](double score) { return p_value(calibration, score) <= share; });
    const double found = static_cast<double>(alarms) / static_cast<double>(joined.test.size());
    const Interval expected = false_alarm_interval(share, calibration.size(), joined.test.size());
    inside.push_back(found >= expected.low && found <= expected.high);
  }
  return inside;
}

double family_recall(const StudySet& set, const std::vector<double>& scores, std::string_view family, double fpr) {
  if (set.families.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::vector<std::uint8_t> labels;
  std::vector<double> chosen;
  for (std::size_t row = 0; row < scores.size(); ++row) {
    if (set.labels[row] == 1 && set.families[row] != family) continue;
    labels.push_back(set.labels[row]);
    chosen.push_back(scores[row]);
  }
  return recall_at_fpr(curve(labels, chosen), fpr);
}

std::string cache_path(const std::string& cache, const StudySet& set, const std::string& member, std::uint64_t seed) {
  return fmt::format("{}/{}.{}.{:016x}.scores", cache, set.name, seed, hash64(member));
}

}  // namespace

Split split_rows(const Table& train, std::uint64_t seed) {
  const auto rows = static_cast<std::uint32_t>(train.rows());
  const auto wanted = static_cast<std::uint32_t>(std::llround(kKeptBack * static_cast<double>(rows)));
  std::vector<bool> kept(rows, false);
  Rng rng = Rng::stream(seed, kCalibrationStream);
  for (const std::uint32_t row : rng.sample(rows, wanted)) kept[row] = true;
  std::vector<std::size_t> columns(train.columns());
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  const auto prints = fingerprints(train, columns);
  std::unordered_set<std::uint64_t> seen;
  Split split;
  for (std::uint32_t row = 0; row < rows; ++row) {
    if (kept[row]) {
      split.kept_back.push_back(row);
    } else if (seen.insert(prints[row]).second) {
      split.fitted.push_back(row);
    }
  }
  return split;
}

MemberScores score_member(const StudySet& set, const Split& split, const std::string& member, std::uint64_t seed,
                          const std::string& cache) {
  if (cache.empty()) return fit_and_score(set, split, member, seed);
  const std::string path = cache_path(cache, set, member, seed);
  if (std::filesystem::exists(path)) {
    const std::string bytes = all_bytes(path);
    ByteReader in(bytes, path);
    MemberScores scores;
    scores.kept_back = in.get_vector<double>();
    scores.test = in.get_vector<double>();
    scores.fit_seconds = in.get<double>();
    scores.score_seconds = in.get<double>();
    return scores;
  }
  MemberScores scores = fit_and_score(set, split, member, seed);
  ByteWriter out;
  out.put_vector(scores.kept_back);
  out.put_vector(scores.test);
  out.put(scores.fit_seconds);
  out.put(scores.score_seconds);
  out.put_text(member);
  std::filesystem::create_directories(cache);
  OutputFile file(path);
  file.write(out.bytes());
  file.commit();
  return scores;
}

Candidate Candidate::parse(const std::string& text) {
  const auto equals = text.find('=');
  const auto slash = text.find('/');
  if (equals == std::string::npos || equals > slash) {
    throw usage_error(fmt::format("recipe {}: expected NAME=MEMBER MEMBER ...", netstray::quoted(text)));
  }
  Candidate recipe{.name = text.substr(0, equals), .members = {}};
  for (const auto& word : split(std::string_view(text).substr(equals + 1), ' ')) {
    if (word.empty()) continue;
    if (word.front() != '@') {
      recipe.members.push_back(word);
    } else if (const auto how = join_named(std::string_view(word).substr(1))) {
      recipe.how = *how;
    } else {
      throw usage_error(
          fmt::format("recipe {}: no join {}; mean, fisher and max are known", recipe.name, netstray::quoted(word)));
    }
  }
  return recipe;
}

JoinedScores join_scores(const std::vector<MemberScores>& members, Join how) {
  std::vector<ScoreTail> tails;
  tails.reserve(members.size());
  for (const auto& member : members) tails.emplace_back(ScoreSample(member.kept_back));
  std::vector<double> parts(members.size());
  const auto joined = [&](std::size_t rows, const auto& scores_of_member) {
    std::vector<double> result(rows);
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t m = 0; m < parts.size(); ++m) {
        parts[m] = tails[m].minus_log10_p(scores_of_member(members[m])[row]);
      }
      result[row] = join(parts, how);
    }
    return result;
  };
  return {joined(members.front().kept_back.size(), [](const MemberScores& m) { return std::span(m.kept_back); }),
          joined(members.front().test.size(), [](const MemberScores& m) { return std::span(m.test); })};
}

Outcome judge(const StudySet& set, const std::vector<MemberScores>& members, Join how, std::uint64_t seed) {
  const JoinedScores joined = join_scores(members, how);
  const auto points = curve(set.labels, joined.test);
  Outcome outcome;
  outcome.auc = auc(points);
  outcome.q95 = at_quantile(set, joined, 0.95);
  outcome.q99 = at_quantile(set, joined, 0.99);
  outcome.recall_at_1 = recall_at_fpr(points, 0.01);
  outcome.recall_at_5 = recall_at_fpr(points, 0.05);
  outcome.r2l_at_5 = family_recall(set, joined.test, "r2l", 0.05);
  outcome.inside = inside_interval(members, how, seed);
  for (const auto& member : members) {
    outcome.fit_seconds += member.fit_seconds;
    outcome.score_microseconds += 1e6 * member.score_seconds / static_cast<double>(set.test.rows());
  }
  return outcome;
}

}  // namespace netstray
