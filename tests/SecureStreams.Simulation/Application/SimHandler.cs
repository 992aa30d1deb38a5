using SecureStreams.Core;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Application;

/// <summary>The application's side of one stream: reports every callback to the invariants and then does, now and then, something unexpected.</summary>
internal sealed class SimHandler(SimWorld world, SimActor actor) : SecureStreamHandler
{
    /// <summary>Whether Destroying was told: nothing may come after it.</summary>
    public bool IsOver { get; private set; }

    // Half of the raw streams know what to do where one connection ends and another begins.
    public override bool PermitsOverlap => (actor.Index & 8) == 0;

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        actor.Stream ??= (LocalStream)stream;
        world.Enter(actor, this, stream);
        try
        {
            var (state, cause) = (change.State, change.Cause);
            world.Trace.Add(TraceKind.State, actor.Index, (int)state, cause.IsNone ? 0 : ((long)cause.Phase << 32) | (uint)cause.Code);
            world.StateTold(actor, change);
            IsOver = state == SsState.Destroying;
            return IsOver ? SsResult.Continue : Whim(stream, state == SsState.Creating ? 400 : 250);
        }
        finally
        {
            actor.Depth--;
        }
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        world.Enter(actor, this, stream);
        try
        {
            world.Trace.Add(TraceKind.Received, actor.Index, payload.Length, (long)flags);
            world.Received(actor, payload, flags);
            return Whim(stream, 800);
        }
        finally
        {
            actor.Depth--;
        }
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        world.Enter(actor, this, stream);
        var (pieces, result) = (0, SsTransmitResult.Nothing);
        try
        {
            if (actor.Attempt is not { } attempt)
                return result;

            var cursor = attempt.Sending;
            var body = actor.Kind.IsTransactional;
            var interrupt = world.IsChaos && world.Random.OneIn(12);
            while (tx.MoreRoom && !(body && cursor.Message > 0))
            {
                var piece = tx.Buffer[..cursor.Length];
                cursor.Fill(piece);
                var ends = cursor.Ends;
                var halfClose = ends && world.IsChaos && stream.Traits.CanHalfClose && world.Random.OneIn(30);
                tx.Commit(piece.Length, (cursor.Starts ? SsTxFlags.StartOfMessage : 0) | (ends ? SsTxFlags.EndOfMessage : 0) | (halfClose ? SsTxFlags.EndOfStream : 0));
                cursor.Advance();
                pieces++;
                if (ends || interrupt)
                    break;
            }

            switch (Whim(stream, 500))
            {
                case SsResult.Disconnect:
                    return result = SsTransmitResult.Disconnect;
                case SsResult.Destroy:
                    return result = SsTransmitResult.Destroy;
            }

            if (pieces == 0)
                return result;
            var again = !cursor.Starts;
            if (world.IsChaos && world.Random.OneIn(15))
                again = true; // What was committed is taken back, and sent when it is asked for again.
            else
                (attempt.Sending, result) = (cursor, SsTransmitResult.Send);
            if (again)
                stream.RequestTransmit();
            if (result == SsTransmitResult.Send && cursor.Starts)
                world.Messages++;
            return result;
        }
        finally
        {
            world.Trace.Add(TraceKind.Transmit, actor.Index, pieces, (long)result);
            actor.Depth--;
        }
    }

    /// <summary>Once in <paramref name="rarity"/> times something unexpected.</summary>
    private SsResult Whim(SecureStream stream, int rarity)
    {
        world.Editor?.EditInside();
        if (!world.IsChaos || !world.Random.OneIn(rarity))
            return SsResult.Continue;
        var now = world.Clock.Now;
        switch (world.Random.Below(16))
        {
            case 0 or 1:
                Did(AppAction.ResultDisconnect);
                actor.AskedAt = now;
                return SsResult.Disconnect;
            case 2:
                Did(AppAction.ResultDestroy);
                actor.AskedAt = now;
                return SsResult.Destroy;
            case 3 or 4:
                Did(AppAction.Throw);
                actor.ThrewAt = now;
                throw new SimApplicationException();
            case 5:
                Did(AppAction.DisposeInside);
                actor.AskedAt = now;
                actor.Wants = false;
                actor.Gone = stream.DisposeAsync().AsTask();
                return SsResult.Continue;
            case 6:
                world.Application.Disconnect(actor);
                return SsResult.Continue;
            case 7:
                world.Application.Connect(actor);
                return SsResult.Continue;
            case 8:
                world.Application.Transmit(actor);
                return SsResult.Continue;
            case 9:
                world.Application.Disconnect(actor);
                world.Application.Connect(actor);
                return SsResult.Continue;
            case 10:
                world.Application.ChangeHandlers(actor);
                return SsResult.Continue;
            case 11:
                world.Application.Explain(actor);
                return SsResult.Continue;
            case 12 or 13:
                world.Application.Interfere(world.Actors[world.Random.Below(world.Actors.Length)]);
                return SsResult.Continue;
            case 14:
                world.Application.Pause(actor);
                world.Application.Resume(actor);
                return SsResult.Continue;
            default:
                world.Application.Pause(actor);
                return SsResult.Continue;
        }

        void Did(AppAction action) => world.Trace.Add(TraceKind.Application, actor.Index, (int)action, 0);
    }
}
