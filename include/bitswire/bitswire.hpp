// bitswire/bitswire.hpp: everything, for those who do not mind. Layers, each includes only those below it:
//
//   wire   bytes <-> typed packets: upload_request, ack, notification_request, notification_response; reply URLs
//   spec   the tables of the specification: HRESULTs, headers with their presence matrix, errors, statuses, limits
//   base   no word of BITS: result, character classes, numbers, the scan over message bytes, table look-up
//
// No sockets, files, threads, clocks, randomness, allocation or exceptions anywhere.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BITSWIRE_HPP
#define BITSWIRE_BITSWIRE_HPP

#include "wire/ack.hpp"
#include "wire/notification.hpp"
#include "wire/upload_request.hpp"
#include "wire/url.hpp"

#endif
