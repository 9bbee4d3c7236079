#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "netstray/alert/distinct.h"
#include "netstray/alert/scan_words.h"
#include "netstray/alert/story_limits.h"
#include "netstray/alert/story_watch.h"
#include "netstray/alert/tally_table.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

using Limits = StoryLimits;
constexpr std::size_t kPairs = 8192;
constexpr std::size_t kGuessers = 1024;
constexpr TimeNs kMinute = 60 * Limits::kSecond;

struct LoginService {
  std::uint16_t port;
  std::string_view name;
};

/// Services whose sessions begin with a password and which people, not programs, connect to: IANA's ports. Those of
/// databases and directories are left out, as programs connect to them many times a minute.
constexpr std::array kServices = {
    LoginService{21, "FTP"},      LoginService{22, "SSH"},   LoginService{23, "Telnet"},   LoginService{110, "POP3"},
    LoginService{143, "IMAP"},    LoginService{445, "SMB"},  LoginService{465, "SMTP"},    LoginService{512, "rexec"},
    LoginService{513, "rlogin"},  LoginService{587, "SMTP"}, LoginService{993, "IMAP"},    LoginService{995, "POP3"},
    LoginService{1433, "MS SQL"}, LoginService{2222, "SSH"}, LoginService{2323, "Telnet"}, LoginService{3389, "RDP"},
    LoginService{5800, "VNC"},    LoginService{5900, "VNC"}, LoginService{5901, "VNC"},    LoginService{5985, "WinRM"},
    LoginService{5986, "WinRM"}};

const LoginService* login_service(std::uint16_t port) {
  const auto found = std::ranges::find(kServices, port, &LoginService::port);
  return found == kServices.end() ? nullptr : &*found;
}

class LoginWatch final : public StoryWatch {
 public:
  void add(const FlowFacts& facts) override {
    const FlowRecord& flow = facts.flow;
    if (!facts.tcp || !login_service(flow.responder_port)) return;
    if (flow.sent.payload_bytes == 0 || flow.received.payload_bytes == 0) return;
    const TallyKey key{flow.originator, flow.responder, 0, flow.responder_port};
    Pair& pair = pairs_.at(key);
    if (!pair.sum.continues(flow, Limits::kSilence)) end_run(key, pair);
    pair.sum.add(facts);
    ++pair.flows;
    if (flow.sent.payload_bytes > Limits::kLoginBytes || flow.received.payload_bytes > Limits::kLoginBytes ||
        flow.last - flow.first > Limits::kLoginTime) {
      return;
    }
    pair.answers.add(static_cast<double>(flow.received.payload_bytes));
  }

  void finish(std::vector<Story>& stories) override {
    for (auto& [key, pair] : pairs_.sorted()) end_run(key, *pair);
    for (const auto& [key, guesser] : guessers_.sorted()) stories.push_back(story_of(key, *guesser));
  }

 private:
  struct Pair {
    FlowSum sum;
    std::uint64_t flows = 0;
    Moments answers;  ///< bytes of the answers of each short session
  };
  struct Guesser {
    FlowSum sum;
    std::uint64_t flows = 0;
    double most_per_minute = 0;
    double spread = 0;
    DistinctAddresses targets;
    std::vector<IpAddress> first_targets;
  };

  void end_run(const TallyKey& key, Pair& pair) {
    const auto sessions = pair.answers.count;
    const double per_minute = 60 * pair.sum.per_second(sessions, kMinute);
    const double spread = pair.answers.mean > 0 ? pair.answers.deviation() / pair.answers.mean : 0;
    if (sessions >= Limits::kLogins && per_minute >= Limits::kLoginsPerMinute && spread <= Limits::kLoginSizeSpread &&
        static_cast<double>(sessions) >= Limits::kLoginShare * static_cast<double>(pair.sum.flows)) {
      Guesser& guesser = guessers_.at({key.source, {}, 0, key.port});
      guesser.sum.add(pair.sum);
      guesser.flows += sessions;
      guesser.most_per_minute = std::max(guesser.most_per_minute, per_minute);
      guesser.spread = std::max(guesser.spread, spread);
      guesser.targets.add(key.destination);
      auto& named = guesser.first_targets;
      if (named.size() < kHostsNamed && std::ranges::find(named, key.destination) == named.end()) {
        named.push_back(key.destination);
      }
    }
    pair = {};
  }

  static Story story_of(const TallyKey& key, const Guesser& guesser) {
    Story story = begin_story("password_guessing", guesser.sum);
    const LoginService& service = *login_service(key.port);
    const std::string at = guesser.first_targets.size() == 1
                               ? to_text(guesser.first_targets.front())
                               : fmt::format("{} hosts", grouped(guesser.targets.count()));
    story.title =
        fmt::format("password guessing: {} opened {} short {} sessions to {} port {}, {} a minute", to_text(key.source),
                    grouped(guesser.flows), service.name, at, key.port, readable(guesser.most_per_minute, 2));
    story.hosts = {key.source};
    story.hosts.insert(story.hosts.end(), guesser.first_targets.begin(), guesser.first_targets.end());
    if (guesser.targets.count() > 1) story.technique = "T1110.003";
    story.reasons = ReasonList()
                        .above("sessions", static_cast<double>(guesser.flows), Limits::kLogins)
                        .above("sessions_per_minute", guesser.most_per_minute, Limits::kLoginsPerMinute)
                        .below("answer_size_spread", guesser.spread, Limits::kLoginSizeSpread)
                        .take();
    story.scope = {.host = key.source, .others = {}, .protocol = Protocol::tcp, .ports = {key.port}};
    if (guesser.targets.count() == guesser.first_targets.size()) story.scope.others = guesser.first_targets;
    return story;
  }

  TallyTable<Pair> pairs_{kPairs};
  TallyTable<Guesser> guessers_{kGuessers};
};

}  // namespace

std::unique_ptr<StoryWatch> make_login_watch() { return std::make_unique<LoginWatch>(); }

}  // namespace netstray
