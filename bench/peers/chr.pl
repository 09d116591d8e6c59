% SWI-Prolog's Constraint Handling Rules: G2 as a simplification rule over indexed constraints.
%
%   swipl -O chr.pl G2 [--tiny]
:- module(peer, [main/0]).
:- use_module(library(chr)).
:- use_module(library(random)).
:- use_module(library(lists)).

:- chr_option(debug, off).
:- chr_option(optimize, full).
:- chr_constraint left(+int, +int), right(+int, +int).

join @ left(K, V), right(K, W) <=>
    nb_getval(sum, Old),
    New is Old + V + W,
    nb_setval(sum, New).

seconds(full, 0.5).
seconds(tiny, 0.0).
sizes(full, [1, 10, 100, 1000, 10000], 10000).
sizes(tiny, [1, 10], 20).

main :-
    current_prolog_flag(argv, Arguments),
    (   append(_, ['G2'], Arguments) -> run(full)
    ;   append(_, ['G2', '--tiny'], Arguments) -> run(tiny)
    ;   format(user_error, "usage: swipl -O chr.pl G2 [--tiny]~n", []),
        halt(2)
    ).

run(Scale) :-
    sizes(Scale, Sizes, Joins),
    seconds(Scale, Seconds),
    forall(member(Size, Sizes), measure(Size, Joins, Seconds)).

measure(Size, Joins, Seconds) :-
    Batches is (Joins + Size - 1) // Size,
    Last is Size - 1,
    numlist(0, Last, Keys),
    set_random(seed(20240506)),
    random_permutation(Keys, Shuffled),
    nb_setval(sum, 0),
    statistics(cputime, From),
    passes(Batches, Keys, Shuffled, From, Seconds, 0, Passes),
    statistics(cputime, To),
    Count is Passes * Batches * Size,
    nb_getval(sum, Sum),
    Wanted is 2 * Count,
    (   Sum =:= Wanted -> true
    ;   format(user_error, "chr: wrong result: the sum is ~w and must be ~w~n", [Sum, Wanted]),
        halt(1)
    ),
    Rate is Count / max(To - From, 0.000001),
    format("{\"workload\": \"G2/~w\", \"rate\": ~1f, \"unit\": \"joins/s\"}~n", [Size, Rate]).

passes(Batches, Keys, Shuffled, From, Seconds, Done, Passes) :-
    forall(between(1, Batches, _), batch(Keys, Shuffled)),
    statistics(cputime, Now),
    Next is Done + 1,
    (   Now - From < Seconds -> passes(Batches, Keys, Shuffled, From, Seconds, Next, Passes)
    ;   Passes = Next
    ).

% What a batch leaves behind is undone when forall/2 goes back: it leaves nothing.
batch(Keys, Shuffled) :-
    tell_left(Keys),
    tell_right(Shuffled).

tell_left([]).
tell_left([Key | Rest]) :- left(Key, 1), tell_left(Rest).

tell_right([]).
tell_right([Key | Rest]) :- right(Key, 1), tell_right(Rest).

:- initialization(main, main).
