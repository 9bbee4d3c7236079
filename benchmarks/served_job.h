#pragma once

#include <chrono>
#include <cstdio>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include <fmt/core.h>

namespace netstray {

/// A piece of work that measures itself: what it returns is the seconds that it took. How they are counted is its own,
/// so that what has to be made ready first is left out.
using Job = std::function<double()>;

/// Seconds that `work` takes.
template <typename Work>
double seconds_of(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The protocol of benchmarks/measure.py: does the job once to warm up, says "ready", then does it once for each line
/// of standard input and prints its seconds.
inline void serve(const Job& job) {
  job();
  fmt::print("ready\n");
  std::fflush(stdout);
  std::string line;
  while (std::getline(std::cin, line)) {
    fmt::print("{}\n", job());
    std::fflush(stdout);
  }
}

/// Jobs on tables: read, encode. Null where `words` name none of them.
Job table_job(const std::vector<std::string>& words);
/// Jobs on the isolation forest: forest-fit, forest-score, forest-one, forest-batch.
Job forest_job(const std::vector<std::string>& words);
/// Jobs on captures: meter.
Job packet_job(const std::vector<std::string>& words);
/// Jobs on raw matrices: fit, score, elbow.
Job detector_job(const std::vector<std::string>& words);
/// Jobs that draw rows as points: tsne.
Job picture_job(const std::vector<std::string>& words);

}  // namespace netstray
