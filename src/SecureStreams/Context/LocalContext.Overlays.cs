using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>Overlays at run time. Any thread may call; changes follow one another, and each is in force whole or not at all.</summary>
public sealed partial class LocalContext
{
    /// <summary>The number of the policy in force: 0 at first, one more with every change.</summary>
    public long PolicyRevision => _policy.Current.Revision;

    /// <summary>The names of the overlays applied at run time, in their order. Those that the context was made with are not among them.</summary>
    public IReadOnlyList<string> AppliedOverlays => [.. _policy.Current.Applied.Select(static overlay => overlay.Name)];

    /// <summary>
    /// Lays an overlay over the policy, on top of those before; a name that is in force already is replaced at its place. The sum is read and checked aside; only when all
    /// of it is sound does it replace what is in force. What it then does to each stream and listener is in <see cref="SsPolicyUpdate.Effects"/>, and its rules in
    /// <c>docs/live-policy.md</c>; streams whose effective policy is equal notice nothing.
    /// </summary>
    /// <param name="json">The overlay, as JSON text; see <c>docs/policies.md</c>.</param>
    /// <param name="name">What diagnostics and <see cref="RemoveOverlay(string)"/> call it. Null makes a name, <see cref="SsPolicyUpdate.Overlay"/>, and always adds.</param>
    /// <returns>
    /// What changed. A sum that has errors is refused (<see cref="SsPolicyUpdate.Refusal"/>), as is an overlay for a context of a bare model, or one more than 256: nothing has changed
    /// then, and nothing is thrown unless <see cref="SsPolicyUpdate.EnsureNotRefused"/> is asked to.
    /// </returns>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyUpdate ApplyOverlay(string json, string? name = null) => ApplyOverlay(json, name, trial: null);

    /// <summary>As <see cref="ApplyOverlay(string, string?)"/>, under the name of the document.</summary>
    /// <param name="overlay">The overlay; its text is copied.</param>
    /// <returns>What changed, or why nothing did.</returns>
    /// <exception cref="ArgumentException">The document has no name.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyUpdate ApplyOverlay(PolicyDocument overlay) => ApplyOverlay(overlay, trial: null);

    /// <summary>Takes away an overlay that was applied at run time. What is left is checked and put in force as <see cref="ApplyOverlay(string, string?)"/> does.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>
    /// What changed; null when none of that name is applied, which changes nothing. Refused when what is left cannot be used, for example because a later overlay refers to what
    /// this one defines.
    /// </returns>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyUpdate? RemoveOverlay(string name) => RemoveOverlay(name, trial: null);

    /// <summary>An overlay that comes in pieces, from a network for instance. Nothing changes before <see cref="SsPolicyFeed.Complete"/>.</summary>
    /// <param name="name">As with <see cref="ApplyOverlay(string, string?)"/>.</param>
    /// <returns>What takes the pieces.</returns>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyFeed BeginOverlay(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        ThrowIfDisposed();
        return new SsPolicyFeed(name, ApplyOverlay);
    }

    private static void ThrowIfNameless(PolicyDocument document, string parameter)
    {
        if (document.Name is null)
            throw new ArgumentException("The document needs a name.", parameter);
    }
}
