# frozen_string_literal: true

module Lab
  # Rows that are written all the time while something happens to a cluster, to any member that takes them. Each that
  # was ever acknowledged must be on every member in the end.
  class Ledger
    TABLE = 'lab.ledger'
    SQL_SECONDS = 5
    # Until somebody is asked again when nobody took a row.
    PAUSE = 0.1
    # Until rows are acknowledged that must be: Galera waits some seconds before it takes a member for dead.
    PATIENCE = 60

    def initialize(machines)
      @machines = machines
      @acknowledged = []
      @gaps = []
    end

    # Returns what the block returns; rows are written until it ends. May be called again.
    def keep
      make_table
      @over = false
      @gaps.clear
      writer = Thread.new { write until @over }
      yield
    ensure
      @over = true
      writer&.join
    end

    def rows
      @acknowledged.length
    end

    # Rows go on to be acknowledged.
    def wait_for_rows(count)
      wanted = rows + count
      Shell.wait_until("#{count} rows to be acknowledged", seconds: PATIENCE) { rows >= wanted }
    end

    # The longest time without an acknowledged row, in seconds, while they were written last.
    def longest_gap
      @gaps.max || 0
    end

    # One sentence for each member that lacks a row, or has other rows than the first.
    def complaints
      held = @machines.select(&:exist?).to_h { |machine| [machine.name, rows_of(machine)] }
      lacking = held.transform_values { |rows| @acknowledged - rows }.reject { |_, rows| rows.empty? }
      found = lacking.map { |name, rows| "#{name} lacks #{rows.length} acknowledged rows, the first is #{rows.min}" }
      found << 'the members hold different rows' if held.values.map(&:sort).uniq.length > 1
      found
    rescue Error => e
      [e.message]
    end

    private

    def make_table
      made = any_member('CREATE DATABASE IF NOT EXISTS lab; ' \
                        "CREATE TABLE IF NOT EXISTS #{TABLE} (id BIGINT PRIMARY KEY) ENGINE=InnoDB")
      raise Error, 'no member takes the table of the ledger' unless made

      @next = rows_of(@machines.first).max.to_i
      @last = Shell.now
    end

    def write
      @next += 1
      return sleep(PAUSE) unless any_member("INSERT INTO #{TABLE} VALUES (#{@next})")

      @acknowledged << @next
      @gaps << (Shell.now - @last)
      @last = Shell.now
    end

    # True when one of them did it. Who does not answer is not waited for.
    def any_member(sql)
      @machines.shuffle.any? do |machine|
        machine.try('timeout', SQL_SECONDS, 'mariadb', '--connect-timeout=1', '--execute', sql).ok?
      rescue Error # the machine is off, or was cut in this very moment
        false
      end
    end

    # As it is when all that was acknowledged before has come there.
    def rows_of(machine)
      answer = Status.query(machine, "SET SESSION wsrep_sync_wait = 1; SELECT id FROM #{TABLE}")
      raise Error, "#{machine.name} does not tell the rows of the ledger" unless answer

      answer.split.map(&:to_i)
    end
  end
end
