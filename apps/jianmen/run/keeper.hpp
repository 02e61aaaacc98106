#pragma once
// What runs inside a room beside the command: furnishes it, starts the command, collects orphans.

#include "run/room.hpp"

namespace jianmen::app::run {

// What the keeper writes to the other side when the room stands (with the sockets of a closed one),
// and when it does not (then a sentence follows).
inline constexpr char kReady = 'R', kFailed = 'F';

// The keeper process's whole life. `talk`: one byte comes when its user ids are mapped, one when
// the command shall start; an end means that nobody wants it any more.
[[noreturn]] void keep(const RoomSettings& settings, int talk);

}  // namespace jianmen::app::run
