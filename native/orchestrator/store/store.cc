#include "orchestrator/store/store.h"

namespace plan::orchestrator {

bool Transaction::empty() const {
  return !new_epoch && declarations.empty() && processes.empty() && restarted.empty() && conversations.empty() &&
         delivered.empty() && forgotten.empty() && receipts.empty() && messages.empty();
}

}  // namespace plan::orchestrator
