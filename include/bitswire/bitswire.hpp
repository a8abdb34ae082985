// bitswire/bitswire.hpp: everything, for those who do not mind. Layers, each includes only those below it:
//
//   session  who says what to do next: upload_client, upload_server with its upload_sessions, notifier; job, scheduler
//   machine  their state machines, as tables of rows
//   wire     bytes <-> typed packets: upload_request, ack, notification_request, notification_response; URLs
//   spec     the tables of the specification: HRESULTs, headers with their presence matrix, errors, refusals, limits
//   base     no word of BITS: result, characters, numbers, the scan over bytes, transition tables, snapshots, time
//
// machine and wire do not know each other, and neither do the sessions of client and server. Not here, since it costs
// those who only transfer: wire/hresult_reader.hpp, which reads and explains codes for people. No sockets, files,
// threads, clocks, randomness, allocation or exceptions anywhere.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_BITSWIRE_HPP
#define BITSWIRE_BITSWIRE_HPP

#include "session/job_queue.hpp"
#include "session/notifier.hpp"
#include "session/upload_client.hpp"
#include "session/upload_job.hpp"
#include "session/upload_server.hpp"
#include "spec/error_line.hpp"
#include "wire/ack.hpp"
#include "wire/file_path.hpp"
#include "wire/notification.hpp"
#include "wire/upload_request.hpp"
#include "wire/url.hpp"

#endif
