namespace SecureStreams;

/// <summary>
/// How far a context has come. A state is entered when what it stands for is done, one after the other in this order and none twice; a context whose options ask for nothing is
/// <see cref="Operational"/> when its constructor returns. Names are those of lws; which of its states have no meaning here is in <c>docs/system.md</c>.
/// </summary>
public enum SsSystemState
{
    /// <summary>Not yet anything; never told.</summary>
    Unknown = 0,

    /// <summary>The context exists, with the policy that it was made of. Nothing has been dialed.</summary>
    ContextCreated = 10,

    /// <summary>Everything in it is made: streams can be created, blobs read, listeners opened.</summary>
    Initialized = 20,

    /// <summary>If the options ask for it, it was looked once where the network leads, and <see cref="SsContext.CaptivePortal"/> knows, or the bound for that ran out.</summary>
    CpdPostTime = 30,

    /// <summary>The policy in force is the one to work with: one that was to be fetched has come, or was given up, and then the one that the context was made of goes on.</summary>
    PolicyValid = 40,

    /// <summary>Tokens that the policy has streamtypes for were asked for, and have come or were given up.</summary>
    Auth1 = 50,

    /// <summary>All of it. lws's programs create their streams here; those of this library may at any time, and may wait for it. It is always reached: no step that fails holds it up for longer than that step's bound.</summary>
    Operational = 60,

    /// <summary>The context is being disposed: the last state, whatever came before it.</summary>
    ContextDestroying = 100,
}
