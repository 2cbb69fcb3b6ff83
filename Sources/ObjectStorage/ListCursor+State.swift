extension ListCursor {
  /// The state that a store of this package put into it; nil where it is of another kind.
  package func state<State: Sendable>(as type: State.Type) -> State? { state as? State }
}
