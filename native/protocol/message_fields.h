// The part of message.cc that exchange.cc needs: a message whose place in the body is known.
#pragma once

#include "protocol/exchange.h"
#include "protocol/fields.h"

namespace plan::protocol {

[[nodiscard]] SequencedMessage read_message_fields(Fields& fields, const values::NameResolver* resolver);

}  // namespace plan::protocol
