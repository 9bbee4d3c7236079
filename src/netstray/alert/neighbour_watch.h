#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "netstray/alert/distinct.h"
#include "netstray/alert/story.h"
#include "netstray/base/time.h"
#include "netstray/flow/address_claims.h"
#include "netstray/packet/address.h"
#include "netstray/packet/decoder.h"

namespace netstray {

/// Looks for what goes wrong between hosts of one network segment: two hardware addresses with one IP address; somebody
/// who says that a neighbour's address is theirs and whom that neighbour's packets go to from then on; somebody who
/// asks for everybody's hardware address. Hardware addresses that routers share (VRRP, HSRP, GLBP) are left out. At
/// most 16,384 addresses of a kind are kept; what comes first stays. Not thread-safe.
class NeighbourWatch {
 public:
  void add(const AddressClaim& claim);
  void add(const NextHop& hop);
  /// Appends the stories. Only once.
  void finish(std::vector<Story>& stories) const;

 private:
  struct Asker {
    DistinctAddresses asked;
    std::uint64_t questions = 0;
    TimeNs first = 0, last = 0;
    IpAddress ip;
  };
  struct Moved {
    MacAddress from;
    std::uint64_t destinations = 0;
    TimeNs first = 0, last = 0;
  };

  void add_question(const AddressClaim& claim);
  void end_run(const MacAddress& mac, Asker& asker);
  void tell_conflicts(std::vector<Story>& stories) const;
  void tell_takeovers(std::vector<Story>& stories) const;
  static void tell_asker(const MacAddress& mac, const Asker& asker, std::vector<Story>& stories);

  AddressClaims claims_;
  std::map<MacAddress, std::vector<IpAddress>> claims_of_;  // IPv4 only: with IPv6 everybody has several
  std::map<std::pair<MacAddress, IpAddress>, MacAddress> hops_;
  std::map<std::pair<MacAddress, MacAddress>, Moved> moved_;  // from the old next hop to the new one
  std::map<MacAddress, Asker> askers_;
  std::vector<Story> found_;
};

}  // namespace netstray
