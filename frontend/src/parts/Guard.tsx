/** What cannot be drawn is told in its place, and takes nothing down that is around it: not a host's whole page. */

import { useQueryClient } from "@tanstack/react-query";
import { Component, type ReactNode } from "react";
import { ProblemError } from "../data/client";
import { Trouble } from "./small";

/** It may be drawn again by itself: what was answered is asked for anew. */
const AGAIN = 60_000;
const ODD = "What the server answered cannot be shown.";
const VERSIONS = "It may be of another version than what shows it.";

export function Guard({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  return <Caught forget={() => void queries.resetQueries()}>{children}</Caught>;
}

interface Props {
  forget: () => void;
  children: ReactNode;
}

class Caught extends Component<Props, { failed: boolean }> {
  override state = { failed: false };
  private timer: ReturnType<typeof setTimeout> | undefined;

  static getDerivedStateFromError() {
    return { failed: true };
  }

  private again = () => {
    clearTimeout(this.timer);
    this.props.forget();
    this.setState({ failed: false });
  };

  override componentDidCatch() {
    this.timer = setTimeout(this.again, AGAIN);
  }

  override componentWillUnmount() {
    clearTimeout(this.timer);
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return <Trouble error={new ProblemError(0, ODD, VERSIONS)} again={this.again} />;
  }
}
