#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "netstray/synth/log_user.h"

namespace netstray {

/// What one user's log is made over.
struct LogSpan {
  std::int64_t seconds = 0;
  unsigned first_hour = 0;  ///< of the day, UTC
};

/// One malicious episode.
struct LogEpisode {
  std::uint32_t user = 0;  ///< its place among the users
  std::uint8_t kind = 0;   ///< its place in user_log_kinds()
  std::uint32_t rows = 0;
};

/// Shares `rows` out among all kinds, and those of a kind into episodes of users of the `users`; in order of user.
std::vector<LogEpisode> plan_episodes(std::size_t rows, std::size_t users, Rng& rng);

/// Appends an episode's events.
void play_episode(const LogEpisode& episode, const LogUser& user, const NetworkMap& map, const LogSpan& span, Rng& rng,
                  std::vector<LogEvent>& events);

}  // namespace netstray
