; CLIPS: rules over facts. G1, G2 and G3, each called by its function at the end: (G1 FIRINGS SECONDS),
; (G2 SIZE BATCHES SECONDS SHUFFLED-KEYS), (G3 CROWD ROUNDS SECONDS). `time` is CLIPS's CPU time.

(defglobal ?*sum* = 0 ?*matches* = 0)

; ------------------------------------------------------------------------------------------------ G1

(defrule answer
  ?token <- (ping ?n&:(> ?n 0))
  =>
  (retract ?token)
  (assert (pong (- ?n 1))))

(defrule serve
  ?token <- (pong ?n&:(> ?n 0))
  =>
  (retract ?token)
  (assert (ping (- ?n 1))))

; ------------------------------------------------------------------------------------------------ G2

(deftemplate left (slot k) (slot v))
(deftemplate right (slot k) (slot w))

(defrule join
  ?a <- (left (k ?k) (v ?v))
  ?b <- (right (k ?k) (w ?w))
  =>
  (retract ?a ?b)
  (bind ?*sum* (+ ?*sum* ?v ?w)))

; ------------------------------------------------------------------------------------------------ G3

(defrule notice
  ?m <- (motion ?t0)
  ?a <- (ambient ?t1&:(<= ?t0 ?t1))
  ?l <- (light ?t2&:(<= ?t1 ?t2))
  =>
  (retract ?m ?a ?l)
  (bind ?*matches* (+ ?*matches* 1)))

; ------------------------------------------------------------------------------------------------ measuring

(deffunction print-rate (?workload ?rate ?unit)
  (printout t "{\"workload\": \"" ?workload "\", \"rate\": " ?rate ", \"unit\": \"" ?unit "\"}" crlf))

(deffunction check (?what ?found ?wanted)
  (if (<> ?found ?wanted) then
    (printout werror "clips: wrong result: " ?what " is " ?found " and must be " ?wanted crlf)
    (exit 1)))

(deffunction G1 (?firings ?seconds)
  (bind ?passes 0)
  (bind ?from (time))
  (while (or (= ?passes 0) (< (- (time) ?from) ?seconds)) do
    (assert (ping ?firings))
    (run)
    (check "the number of tokens at 0" (length$ (find-all-facts ((?f ping pong)) (= (nth$ 1 ?f:implied) 0))) 1)
    (bind ?passes (+ ?passes 1))
    (retract *))
  (print-rate "G1" (/ (* ?passes ?firings) (max 0.000001 (- (time) ?from))) "firings/s"))

(deffunction G2 (?size ?batches ?seconds $?shuffled)
  (bind ?*sum* 0)
  (bind ?passes 0)
  (bind ?from (time))
  (while (or (= ?passes 0) (< (- (time) ?from) ?seconds)) do
    (loop-for-count ?batches do
      (loop-for-count (?k 1 ?size) do (assert (left (k ?k) (v 1))))
      (progn$ (?k ?shuffled) (assert (right (k ?k) (w 1))))
      (run))
    (bind ?passes (+ ?passes 1)))
  (bind ?joins (* ?passes ?batches ?size))
  (check "the sum of all joins" ?*sum* (* 2 ?joins))
  (print-rate (str-cat "G2/" ?size) (/ ?joins (max 0.000001 (- (time) ?from))) "joins/s"))

(deffunction play-round (?crowd ?time)
  (loop-for-count ?crowd do
    (assert (motion (bind ?time (+ ?time 1))))
    (assert (ambient (bind ?time (+ ?time 1)))))
  (assert (light (bind ?time (+ ?time 1))))
  (run)
  ?time)

(deffunction G3 (?crowd ?rounds ?seconds)
  (bind ?*matches* 0)
  (bind ?passes 0)
  (bind ?spent 0)
  (while (or (= ?passes 0) (< ?spent ?seconds)) do
    (bind ?from (time))
    (bind ?time 0)
    (loop-for-count ?rounds do (bind ?time (play-round ?crowd ?time)))
    (bind ?spent (+ ?spent (- (time) ?from)))
    (bind ?passes (+ ?passes 1))
    (retract *))
  (check "the number of matches" ?*matches* (* ?passes ?rounds))
  (print-rate (str-cat "G3/" ?crowd) (/ (* ?passes ?rounds (+ 1 (* 2 ?crowd))) (max 0.000001 ?spent)) "tokens/s"))
