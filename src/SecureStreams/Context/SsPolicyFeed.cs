using System.Buffers;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>
/// Gathers a policy or an overlay that comes in pieces, cut anywhere, and puts it in force when it is whole. Not for several threads at a time. One that is dropped has changed nothing.
/// </summary>
public sealed class SsPolicyFeed
{
    private readonly string _name;
    private readonly Func<PolicyDocument, SsPolicyUpdate> _apply;
    private readonly ArrayBufferWriter<byte> _text = new();
    private bool _completed;

    internal SsPolicyFeed(string name, Func<PolicyDocument, SsPolicyUpdate> apply)
    {
        _name = name;
        _apply = apply;
    }

    /// <summary>Bytes taken so far.</summary>
    public int Length => _text.WrittenCount;

    /// <summary>Takes a piece; it is copied.</summary>
    /// <param name="utf8">The next bytes of the text; may be empty.</param>
    /// <exception cref="SsPolicyException">It would be more than <see cref="SsContextExtensions.LargestPolicyBytes"/> in all. What was taken before is still there.</exception>
    /// <exception cref="InvalidOperationException">It was completed.</exception>
    public void Append(ReadOnlySpan<byte> utf8)
    {
        ThrowIfCompleted();
        if (utf8.Length > SsContextExtensions.LargestPolicyBytes - _text.WrittenCount)
            throw new SsPolicyException($"The policy '{_name}' has more than {SsContextExtensions.LargestPolicyBytes} bytes, which is the most that is taken.");
        _text.Write(utf8);
    }

    /// <summary>The text is whole: puts it in force, as the call would that takes it at once.</summary>
    /// <returns>What changed, or why nothing did; a text that ends too early is refused like any other mistake.</returns>
    /// <exception cref="InvalidOperationException">It was completed before.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyUpdate Complete()
    {
        ThrowIfCompleted();
        _completed = true;
        return _apply(new PolicyDocument(_text.WrittenMemory, _name));
    }

    private void ThrowIfCompleted()
    {
        if (_completed)
            throw new InvalidOperationException("It was completed: begin another.");
    }
}
