# frozen_string_literal: true

# Puppet Server loads this file, too, and needs nothing of what a run needs: that is loaded when a run begins.
Puppet::Type.newtype(:plan_process) do
  @doc = <<-DOC
    @summary Runs a plan as a process on this node, from before the first resource of the catalog is applied.

    The process exchanges messages with its orchestrator while the catalog is applied; when all other resources are
    done, the resources that its plan asks for are applied, in as many batches as it takes, until the process is settled
    or the time to `wait` is over. The next run goes on from there.

    Declare it as it is, or in a define of your own, whose resources then name the define: `galera::host` is one.

    @example A plan of one's own: plans/node.plan of the module shop
      # plan shop::node {
      #   public String $greeting
      #   action greet {
      #     _ <- main::catalog_done
      #     File.new { title => '/etc/motd', content => "${greeting}\n" } -> resources_to_sync
      #   }
      # }
      plan_process { 'greeter':
        plan       => 'shop::node',
        bundle     => galera::plan_bundle('shop::node'),
        parameters => { 'greeting' => 'hello' },
      }

    @example A define around it; events are told to Shop::Node['this']
      define shop::node (String $greeting) {
        plan_process { "Shop::Node[${title}]":
          plan       => 'shop::node',
          bundle     => galera::plan_bundle('shop::node'),
          parameters => { 'greeting' => $greeting },
        }
      }

    @example A member of an orchestrating process: the compiler admits it
      plan_process { "Shop::Node[${title}]":
        plan       => 'shop::node',
        bundle     => galera::plan_bundle('shop::node'),
        parameters => { 'cluster' => 'shop_1' },
        cluster    => 'shop_1',
        admission  => galera::admission('shop_1', "Shop::Node[${title}]"),
      }
  DOC

  newproperty(:ensure) do
    desc 'Whether there is such a process. `absent` has it take its leave of the orchestrator, and forgets its state.'
    newvalue(:present)
    newvalue(:absent)
    defaultto :present

    # The process tells what it does by the resources it applies, so there is nothing to report here.
    def retrieve
      should
    end

    def insync?(_current)
      true
    end
  end

  newparam(:process) do
    desc <<~DOC
      The name of the process; with the certname its identity. A define gives its own reference, as
      `Galera::Host[cluster_member]`; any other name is that of the resource itself: `Plan_process[name]`.
    DOC
    isnamevar

    validate do |value|
      raise Puppet::Error, 'the title of a plan_process must not be empty' if value.to_s.strip.empty?
    end
  end

  newparam(:plan) do
    desc 'The name of the plan, as `galera::host`.'

    validate do |value|
      next if value.to_s.match?(/\A[a-z][a-z0-9_]*(::[a-z][a-z0-9_]*)*\z/)

      raise Puppet::Error, "`plan` is the name of a plan such as galera::host, not #{value.inspect}"
    end
  end

  newparam(:bundle) do
    desc 'The plan with all it needs, as `galera::plan_bundle` makes it.'

    validate do |value|
      next if value.is_a?(Hash) && value['files'].is_a?(Array)

      raise Puppet::Error, "`bundle` is what the function galera::plan_bundle returns, not a #{value.class}"
    end
  end

  newparam(:parameters) do
    desc "The plan's public variables, a hash by name."

    validate do |value|
      raise Puppet::Error, "`parameters` is a hash by name, not a #{value.class}" unless value.is_a?(Hash)
    end
  end

  newparam(:cluster) do
    desc 'The title of the orchestrating process, which the plan names in `$cluster`.'
  end

  newparam(:admission) do
    desc <<~DOC
      The right to be in the cluster, as `galera::admission` signs it for the cluster and this process. Without it the
      orchestrator refuses the process.
    DOC

    validate do |value|
      next if value.is_a?(String)

      raise Puppet::Error, "`admission` is what the function galera::admission returns, not a #{value.class}"
    end
  end

  newparam(:orchestrator) do
    desc "The URL of the orchestrator. Default: port 8146 of the node's Puppet Server."

    validate do |value|
      next if value.to_s.match?(%r{\Ahttps://[^/]+/?\z})

      raise Puppet::Error, "`orchestrator` is a URL such as https://puppet.example.com:8146, not '#{value}'"
    end
  end

  newparam(:wait) do
    desc 'How many seconds a run waits, at most, for others.'
    defaultto 120

    validate do |value|
      next if value.to_s.match?(/\A\d+\z/)

      raise Puppet::Error, "`wait` is a number of seconds, not #{value.inspect}"
    end

    munge { |value| Integer(value.to_s, 10) }
  end

  newparam(:takes_over, array_matching: :all) do
    desc <<~DOC
      The catalog's resources that are first states only, as pairs of type and name: [['Service', 'mariadb']]. Once the
      plan has begun to act on one, the catalog enforces no `ensure` on it.
    DOC

    munge { |value| value.first.is_a?(Array) ? value : [value].reject(&:empty?) }
  end

  newparam(:acts_by, array_matching: :all) do
    desc "The types with which the plan acts on what it takes over, as ['Galera_member']."

    munge { |value| [value].flatten }
  end

  newparam(:trusted) do
    desc "`$trusted` of the manifest, for the plan's own use. In the plan it has the node's `certificate` (PEM), too."
  end

  newparam(:server_facts) do
    desc "`$server_facts` of the manifest, for the plan's own use."
  end

  # The run of this process; nil before the run began, or when the run leaves it out.
  attr_reader :run

  validate do
    next if self[:ensure] == :absent

    self.fail('`plan` is missing: the name of the plan, as shop::node') unless self[:plan]
    self.fail("`bundle` is missing: give galera::plan_bundle('#{self[:plan]}')") unless self[:bundle]
  end

  # By which others name the process.
  def reference
    title.match?(/\A[A-Z]\w*(::[A-Z]\w*)*\[.+\]\z/m) ? title : ref
  end

  # Puppet asks each resource for more of them, before a run.
  def generate
    require_relative '../../puppet_x/plan/place'
    @place ||= PuppetX::Plan::Place.behind(self)
    nil
  end

  # The plan runs from before the first change. Where the host is left out it does not, and yet nobody else may act on
  # what the plan acts on.
  def pre_run_check
    require_relative '../../puppet_x/plan/run'
    return if gone?

    run = PuppetX::Plan::Run.new(self)
    return run.hold if deselected? || !scheduled?

    @run = run
    @place.run = run if @place
    run.start
  end

  private

  # Absent, and nothing is left of it.
  def gone?
    self[:ensure] == :absent && !File.exist?(PuppetX::Plan::Run.state_file(reference))
  end

  # By `--tags` and `--skip_tags`, as the transaction will see it.
  def deselected?
    return false unless catalog.host_config?

    wanted = Puppet[:tags].to_s.split(/\s*,\s*/)
    unwanted = Puppet[:skip_tags].to_s.split(/\s*,\s*/)
    (!wanted.empty? && !tagged?(*wanted)) || (!unwanted.empty? && tagged?(*unwanted))
  end

  def scheduled?
    schedule = self[:schedule] && catalog.resource(:schedule, self[:schedule])
    return true if schedule.nil? || Puppet[:ignoreschedules]

    schedule.match?(Puppet::Util::Storage.cache(self)[:checked].to_i)
  end
end
