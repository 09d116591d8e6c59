# frozen_string_literal: true

Puppet::Type.newtype(:event) do
  @doc = <<-DOC
    @summary Tells a plan process on this node that the catalog has come to a certain point.

    An event is in sync when the process has no use for its message: a run in which nothing is left to be done reports
    no change.

    @example When everything before it is applied
      event { 'install_complete':
        to   => Galera::Host['cluster_member'],
        fire => immediately,
      }

    @example When something it is notified by has changed
      event { 'service_refreshed':
        to        => Galera::Host['cluster_member'],
        fire      => on_notify,
        subscribe => Service['mariadb'],
      }
  DOC

  newparam(:name) do
    desc 'The title, which is also the message unless `message` says otherwise.'
    isnamevar
  end

  newparam(:to) do
    desc 'The process, by a reference to the resource that declares it: `Galera::Host[x]`.'

    validate do |value|
      next if value.is_a?(Puppet::Resource) || value.to_s.match?(/\A[A-Z]\w*(::[A-Z]\w*)*\[.+\]\z/m)

      raise Puppet::Error, "`to` is a reference such as Galera::Host['x'], not #{value.inspect}"
    end

    munge { |value| value.is_a?(Puppet::Resource) ? value.ref : value.to_s }
  end

  newparam(:fire) do
    desc 'Whether the message is sent when the resource is evaluated, or when it is notified.'
    newvalues(:immediately, :on_notify)
    defaultto :immediately
  end

  newparam(:message) do
    desc 'The message. Default: the title.'
  end

  newparam(:data) do
    desc 'What goes with the message: any value.'
  end

  # To tell something again puts nothing right, so no change of it is corrective.
  newproperty(:posted, idempotent: false) do
    desc 'Internal: whether the process was told. Not for manifests.'
    newvalue(:yes)
    defaultto :yes

    def retrieve
      :no
    end

    def insync?(_current)
      resource[:fire] == :on_notify || !resource.wanted?
    end

    def set(_value)
      resource.post
    end

    def change_to_s(_from, _to)
      "'#{resource.text}' was told to #{resource[:to]}"
    end
  end

  validate do
    self.fail('`to` is missing: it names the process that is told') unless self[:to]
  end

  # A process that only looks is told nothing.
  def noop?
    super || process&.noop? || false
  end

  def text
    (self[:message] || title).to_s
  end

  def wanted?
    process&.run&.wants_event?(text) ? true : false
  end

  def post
    process&.run&.post(text, self[:data], ref)
  end

  def refresh
    post if self[:fire] == :on_notify
  end

  # A name that leads nowhere is found before anything is changed.
  def pre_run_check
    return if process

    known = catalog.resources.grep(Puppet::Type.type(:plan_process)).map(&:reference)
    there = known.empty? ? 'there is none in this catalog' : "this catalog has #{known.join(', ')}"
    raise Puppet::Error, "#{ref}: `to` names #{self[:to]}, which declares no plan process; #{there}"
  end

  private

  # The native resource itself, or the one that the named define contains.
  def process
    @process ||= search([catalog.resource(self[:to]), catalog.resource(:plan_process, self[:to])].compact)
  end

  def search(resources)
    type = Puppet::Type.type(:plan_process)
    until resources.empty?
      found = resources.find { |resource| resource.is_a?(type) }
      return found if found

      resources = resources.flat_map { |resource| catalog.adjacent(resource, direction: :out) }
    end
    nil
  end
end
