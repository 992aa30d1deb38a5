using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Tests.Core;

/// <summary>One cell of the result table: a place, something done there, and the states that follow. On one thread, in one order.</summary>
internal static class ResultTrial
{
    /// <summary>What can be done inside a callback.</summary>
    public static readonly string[] Inside = ["Continue", "Disconnect", "Destroy", "throws", "Disconnect()", "Connect()", "DisposeAsync()"];

    /// <summary>What another thread can do while the callback runs.</summary>
    public static readonly string[] Outside = ["Disconnect()", "DisposeAsync()"];

    /// <summary>The states that follow, until nothing more happens by itself; then checks that disposing leaves nothing.</summary>
    public static async Task<string> RunAsync(ResultPlace place, string action, bool outside)
    {
        var scheduler = new ManualScheduler();
        var bench = new CoreBench(scheduler: scheduler);
        bench.Log.Allow("HandlerThrew");
        var attempt = 0;
        bench.Network.OnAttempt = peer => place.Peers[Math.Min(attempt++, place.Peers.Length - 1)](peer);

        var handler = new TrialHandler(place.Callback, action, outside);
        var refused = false;
        SecureStream? stream = null;
        try
        {
            stream = bench.Context.Create(place.StreamType, handler);
            if (!(place.Callback == "Creating" && action is "Connect()"))
                place.Trigger(stream);
        }
        catch (SsCreationRefusedException)
        {
            refused = true;
        }
        catch (ObjectDisposedException)
        {
            // Disposed inside Creating: the creator is told when it uses the stream.
            refused = true;
        }

        Rest(bench, scheduler);
        if (handler.OutsideDisposal is { } outsideDisposal)
            await outsideDisposal.OrFail(() => $"{place.Name}: disposing by another thread does not end. {handler.Recorder.Describe()}");
        var story = handler.Recorder.States.Skip(handler.DoneAfter).Select(static s => s >= SsState.UserBase ? "user state" : s.ToString()).ToList();
        if (!handler.Reached)
            throw new InvalidOperationException($"{place.Name}: {place.Callback} never came. {handler.Recorder.Describe()}");

        var disposal = bench.DisposeAsync().AsTask();
        Rest(bench, scheduler);
        await disposal.OrFail(() => $"{place.Name}, {action}: disposing does not end. {handler.Recorder.Describe()}");
        handler.Recorder.AssertCleanAndDestroyed();
        if (refused)
            story.Add("(create throws)");
        return story.Count == 0 ? "-" : string.Join(", ", story);
    }

    private static void Rest(CoreBench bench, ManualScheduler scheduler)
    {
        for (var timers = 0; timers < 20; timers++)
        {
            scheduler.RunUntilIdle();
            if (bench.Clock.ArmedTimers.Count == 0)
                return;
            bench.Clock.AdvanceToNextTimer();
        }
    }

    private static void Quietly(Action call)
    {
        try
        {
            call();
        }
        catch (ObjectDisposedException)
        {
            // At Destroying the stream is gone already, and says so.
        }
    }

    private sealed class TrialHandler(string callback, string action, bool outside) : SecureStreamHandler
    {
        public RecordingHandler Recorder { get; } = new();

        public bool Reached { get; private set; }

        public Task? OutsideDisposal { get; private set; }

        public int DoneAfter { get; private set; }

        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            Recorder.OnState(stream, change);
            var name = change.State >= SsState.UserBase ? $"User+{change.State - SsState.UserBase}" : change.State.ToString();
            return At(stream, name) ? Act(stream) : SsResult.Continue;
        }

        public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
        {
            Recorder.OnReceive(stream, payload, flags);
            return At(stream, "OnReceive") ? Act(stream) : SsResult.Continue;
        }

        public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
        {
            Recorder.OnTransmit(stream, ref tx);
            tx.Buffer[0] = 1;
            tx.Commit(1, SsTxFlags.WholeMessage);
            return At(stream, "OnTransmit") ? (SsTransmitResult)(int)Act(stream) : SsTransmitResult.Send;
        }

        private bool At(SecureStream stream, string name)
        {
            if (Reached || name != callback)
                return false;
            Reached = true;
            DoneAfter = Recorder.States.Count;
            if (outside)
                ByAnotherThread(stream);
            return !outside;
        }

        private void ByAnotherThread(SecureStream stream)
        {
            var thread = new Thread(() =>
            {
                if (action == "Disconnect()")
                    Quietly(stream.Disconnect);
                else
                    OutsideDisposal = stream.DisposeAsync().AsTask();
            });
            thread.Start();
            thread.Join();
        }

        private SsResult Act(SecureStream stream)
        {
            switch (action)
            {
                case "Disconnect":
                    return SsResult.Disconnect;
                case "Destroy":
                    return SsResult.Destroy;
                case "throws":
                    throw new InvalidOperationException("thrown by the handler");
                case "Disconnect()":
                    Quietly(stream.Disconnect);
                    break;
                case "Connect()":
                    Quietly(stream.Connect);
                    break;
                case "DisposeAsync()":
                    if (!stream.DisposeAsync().AsTask().IsCompleted)
                        throw new InvalidOperationException("DisposeAsync inside a callback did not complete at once.");
                    break;
            }

            return SsResult.Continue;
        }
    }
}
