%% Erlang: two processes that play (G1), a server that joins by maps or by selective receive (G2), and many
%% processes (G5). Each is what an Erlang programmer writes who wants it fast.
%%
%%   erl -noshell +S 1 -eval "erlang_peer:main(['G1', full])."
%%
%% G1, G2, G2_selective_receive or G5; `tiny` instead of `full` for sizes that only show that it works.
-module(erlang_peer).
-export([main/1]).

-define(SECONDS, 0.5).

main([Workload, Size]) ->
    case Workload of
        'G1' -> ping_pong(Size);
        'G2' -> joins(fun by_map/1, Size);
        'G2_selective_receive' -> joins(fun by_selective_receive/1, Size);
        'G5' -> processes(Size)
    end,
    halt(0).

print(Workload, Rate, Unit) ->
    io:format("{\"workload\": \"~s\", \"rate\": ~.1f, \"unit\": \"~s\"}~n", [Workload, float(Rate), Unit]).

%% Passes until the figure rests on half a second; one pass when tiny.
measure(Workload, Unit, Size, Count, Pass) ->
    From = cpu(),
    Passes = passes(Pass, From, seconds(Size), 0),
    print(Workload, Passes * Count / max(cpu() - From, 1.0e-6), Unit).

passes(Pass, From, Seconds, Done) ->
    Pass(),
    case cpu() - From < Seconds of
        true -> passes(Pass, From, Seconds, Done + 1);
        false -> Done + 1
    end.

seconds(full) -> ?SECONDS;
seconds(tiny) -> 0.0.

%% Of all threads, in seconds.
cpu() ->
    {Total, _} = statistics(runtime),
    Total / 1000.

%% ---------------------------------------------------------------------------------------------- G1

ping_pong(Size) ->
    Firings = case Size of full -> 1000000; tiny -> 100 end,
    measure("G1", "firings/s", Size, Firings, fun() -> play(Firings) end).

play(N) ->
    Self = self(),
    Pong = spawn(fun() -> player(Self) end),
    Ping = spawn(fun() -> player(Self) end),
    Ping ! {N, Pong},
    receive {0, over} -> ok end,
    exit(Ping, kill),
    exit(Pong, kill).

player(Referee) ->
    receive
        {N, From} when N > 1 -> From ! {N - 1, self()}, player(Referee);
        {1, _} -> Referee ! {0, over}
    end.

%% ---------------------------------------------------------------------------------------------- G2

joins(Server, Size) ->
    {Depths, Joins} = case Size of full -> {[1, 10, 100, 1000, 10000], 10000}; tiny -> {[1, 10], 20} end,
    [join(Server, Depth, Joins, Size) || Depth <- Depths].

join(Server, Depth, Joins, Size) ->
    rand:seed(exsss, 20240506),
    Keys = lists:seq(0, Depth - 1),
    Shuffled = [Key || {_, Key} <- lists:sort([{rand:uniform(), Key} || Key <- Keys])],
    Batches = (Joins + Depth - 1) div Depth,
    Pass = fun() ->
        Self = self(),
        Pid = spawn(fun() -> Server(Self) end),
        batches(Pid, Keys, Shuffled, Batches),
        Pid ! {stop, Batches * Depth},
        Wanted = 2 * Batches * Depth,
        receive {sum, Wanted} -> ok; {sum, Other} -> exit({wrong_sum, Other, Wanted}) end
    end,
    measure("G2/" ++ integer_to_list(Depth), "joins/s", Size, Batches * Depth, Pass).

batches(_, _, _, 0) -> ok;
batches(Pid, Keys, Shuffled, Left) ->
    [Pid ! {a, Key, 1} || Key <- Keys],
    [Pid ! {b, Key, 1} || Key <- Shuffled],
    %% A batch is over before the next one begins.
    Pid ! {ready, self()},
    receive ready -> ok end,
    batches(Pid, Keys, Shuffled, Left - 1).

by_map(Maker) -> by_map(Maker, #{}, #{}, 0).

by_map(Maker, As, Bs, Sum) ->
    receive
        {a, Key, V} ->
            case maps:take(Key, Bs) of
                {W, Rest} -> by_map(Maker, As, Rest, Sum + V + W);
                error -> by_map(Maker, As#{Key => V}, Bs, Sum)
            end;
        {b, Key, W} ->
            case maps:take(Key, As) of
                {V, Rest} -> by_map(Maker, Rest, Bs, Sum + V + W);
                error -> by_map(Maker, As, Bs#{Key => W}, Sum)
            end;
        {ready, From} -> From ! ready, by_map(Maker, As, Bs, Sum);
        {stop, _} -> Maker ! {sum, Sum}
    end.

%% The mailbox is the store: the oldest `a`, then the `b` of its key.
by_selective_receive(Maker) -> by_selective_receive(Maker, 0).

by_selective_receive(Maker, Sum) ->
    receive
        {a, Key, V} ->
            receive {b, Key, W} -> by_selective_receive(Maker, Sum + V + W) end;
        {ready, From} -> From ! ready, by_selective_receive(Maker, Sum);
        {stop, _} -> Maker ! {sum, Sum}
    end.

%% ---------------------------------------------------------------------------------------------- G5

processes(Size) ->
    Count = case Size of full -> 100000; tiny -> 50 end,
    {Passes, Seconds} = spawn_for(seconds(Size), Count, 0, 0.0),
    print("G5/spawn", Passes * Count / max(Seconds, 1.0e-6), "spawns/s"),
    Before = erlang:memory(processes),
    Pids = spawn_all(Count),
    print("G5/memory", (erlang:memory(processes) - Before) / Count, "B/process"),
    end_all(Pids).

%% Only the births are counted; all are gone before the next pass.
spawn_for(Wanted, Count, Passes, Spent) ->
    From = cpu(),
    Pids = spawn_all(Count),
    Now = Spent + cpu() - From,
    end_all(Pids),
    case Now < Wanted of
        true -> spawn_for(Wanted, Count, Passes + 1, Now);
        false -> {Passes + 1, Now}
    end.

%% A process with one message that its receive refuses. All have looked at it when the last one has.
spawn_all(Count) ->
    Pids = [born() || _ <- lists:seq(1, Count)],
    lists:last(Pids) ! {ready, self()},
    receive ready -> Pids end.

born() ->
    Pid = spawn(fun resident/0),
    Pid ! {ping, 0},
    Pid.

resident() ->
    receive
        {ping, N} when N > 0 -> self() ! {pong, N - 1}, resident();
        {pong, N} when N > 0 -> self() ! {ping, N - 1}, resident();
        {ready, From} -> From ! ready, resident();
        stop -> ok
    end.

end_all(Pids) ->
    References = [erlang:monitor(process, Pid) || Pid <- Pids],
    [Pid ! stop || Pid <- Pids],
    [receive {'DOWN', Reference, process, _, normal} -> ok end || Reference <- References],
    ok.
