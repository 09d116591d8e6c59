# frozen_string_literal: true

Puppet::Type.newtype(:plan_loop) do
  @doc = <<-DOC
    @summary Internal: the place in a run where a plan process waits and the resources of its plan are applied.

    Every `plan_process` adds one by itself, at the end of the run. It changes nothing itself and is not for manifests.
  DOC

  newparam(:name) do
    desc 'The reference of the process.'
    isnamevar
  end

  # The run of the process (PuppetX::Plan::Run), given by the plan_process that made this resource.
  attr_writer :run

  # nil when there is nothing to do: no run was given.
  def driver
    return unless @run

    require_relative '../../puppet_x/plan/loop'
    @driver ||= PuppetX::Plan::Loop.new(self, @run)
  end

  # Puppet evaluates what is not suitable yet after everything else.
  def suitable?
    driver.nil? || driver.ready?
  end

  # An error in here fails this resource, and so the run.
  def retrieve
    driver&.step
    {}
  end
end
