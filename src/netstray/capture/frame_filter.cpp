#include "netstray/capture/frame_filter.h"

#include <array>
#include <cstdint>
#include <map>
#include <utility>

#include <fmt/core.h>
#include <pcap/pcap.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/capture/capture_reader.h"

namespace netstray {
namespace {

/// libpcap's own number for a link type, where it differs from the one in files.
int data_link_of(LinkType link) noexcept {
  constexpr std::array<std::pair<std::uint32_t, int>, 5> kDiffering = {
      {{100, 11}, {101, 12}, {102, 15}, {103, 16}, {106, 19}}};
  const auto number = static_cast<std::uint32_t>(link);
  for (const auto& [in_files, own] : kDiffering) {
    if (number == in_files) return own;
  }
  return static_cast<int>(number);
}

/// A compiled expression.
class Program {
 public:
  /// `problem` gets libpcap's words where it cannot be compiled.
  Program(const std::string& expression, LinkType link, std::string& problem) {
    constexpr int kOptimised = 1;
    pcap_t* const dead = pcap_open_dead(data_link_of(link), static_cast<int>(CaptureReader::kMostFrameBytes));
    if (dead == nullptr) {
      problem = "libpcap has no memory left";
      return;
    }
    compiled_ = pcap_compile(dead, &program_, expression.c_str(), kOptimised, PCAP_NETMASK_UNKNOWN) == 0;
    if (!compiled_) problem = pcap_geterr(dead);
    pcap_close(dead);
  }
  ~Program() {
    if (compiled_) pcap_freecode(&program_);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  bool matches(const Frame& frame) const noexcept {
    return bpf_filter(program_.bf_insns, reinterpret_cast<const u_char*>(frame.bytes.data()), frame.length,
                      static_cast<u_int>(frame.bytes.size())) != 0;
  }

 private:
  bpf_program program_{};
  bool compiled_ = false;
};

}  // namespace

class FrameFilter::Programs {
 public:
  explicit Programs(std::string expression) : expression_(std::move(expression)) {
    std::string first_problem;
    for (const LinkType link :
         {LinkType::ethernet, LinkType::raw, LinkType::linux_sll2, LinkType::ieee802_11_radiotap}) {
      std::string problem;
      const Program program(expression_, link, problem);
      if (problem.empty()) return;
      if (first_problem.empty()) first_problem = problem;
    }
    throw usage_error(fmt::format("the filter {}: {}", quoted(expression_), first_problem));
  }

  const Program& of(LinkType link) {
    if (link == latest_link_ && latest_ != nullptr) return *latest_;
    auto& program = programs_[link];
    if (program == nullptr) {
      std::string problem;
      program = std::make_unique<Program>(expression_, link, problem);
      if (!problem.empty()) {
        program.reset();
        throw usage_error(fmt::format("the filter {} on frames of link type {}: {}", quoted(expression_),
                                      static_cast<std::uint32_t>(link), problem));
      }
    }
    latest_link_ = link;
    latest_ = program.get();
    return *program;
  }

 private:
  std::string expression_;
  std::map<LinkType, std::unique_ptr<Program>> programs_;
  LinkType latest_link_{};
  const Program* latest_ = nullptr;
};

FrameFilter::FrameFilter(std::string expression) : programs_(std::make_unique<Programs>(std::move(expression))) {}

FrameFilter::~FrameFilter() = default;

bool FrameFilter::matches(const Frame& frame) { return programs_->of(frame.link).matches(frame); }

}  // namespace netstray
