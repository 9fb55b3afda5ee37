//! Work on nodes whose way leads over the API server, gone on with where that was away in between.

use super::run::Run;

impl Run<'_> {
    /// Does what breaks off when ways to nodes break. Each of these looks at the nodes first and does what is left, so that it may be done again. That ends when
    /// it fails while the server is there, or with the time for which a server is waited for.
    pub(super) async fn resumed<T, E>(&self, work: impl AsyncFn() -> Result<T, E>) -> Result<T, E> {
        loop {
            let outages = self.cluster.outages();
            let done = work().await;
            if done.is_ok() || !self.goes_on(outages).await {
                return done;
            }
        }
    }

    /// After something has failed: whether the server was away since there were so many outages, and is back.
    pub(super) async fn goes_on(&self, outages: usize) -> bool {
        let goes_on = !self.tools.stop.wanted() && self.cluster.was_away_since(outages).await;
        if goes_on {
            self.tools
                .watcher
                .tell("the way to the nodes leads over the API server, which was away: going on from where they are");
        }
        goes_on
    }
}
