#pragma once
// The native error codes of this service that its functions use, with the sentences that live
// answers show where one was seen, else the table's.

#include <string>
#include <string_view>

#include "services/call.hpp"

namespace jianmen::services::ecs {

// `code` must be in the table (faults.cpp); `message` empty: the table's.
std::unexpected<Fault> ecs_fault(std::string_view code, std::string message = {});
// Ecs.0005 with a sentence, and the precise code in `details`.
std::unexpected<Fault> invalid(std::string message, std::string_view detail = {});

std::unexpected<Fault> no_such_server(std::string_view id);       // Ecs.0114
std::unexpected<Fault> no_such_server_nova(std::string_view id);  // itemNotFound
std::string_view message_of(std::string_view code);

}  // namespace jianmen::services::ecs
