# frozen_string_literal: true

require 'securerandom'

module PuppetX
  module Plan
    # A random id of one agent run, by its catalog: `run` of `main::catalog_done`, by which a plan tells what was said
    # in this run from what was said in an earlier one.
    module RunId
      module_function

      def of(catalog)
        catalog.instance_variable_get(:@plan_run_id) ||
          catalog.instance_variable_set(:@plan_run_id, SecureRandom.uuid)
      end
    end
  end
end
