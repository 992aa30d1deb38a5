using SecureStreams.Policy;
using SecureStreams.Testing;

namespace SecureStreams.Tool;

/// <summary>Contexts of policies that may inject faults, for which the user has to ask as a program has to.</summary>
internal static class FaultyPolicy
{
    /// <exception cref="UnusableInputException">The policy injects faults, and <paramref name="faults"/> is not given.</exception>
    public static LocalContext Open(PolicyModel model, SsContextOptions options, bool faults)
    {
        if (!faults && model.StreamTypes.Values.Select(static one => one.Find("test_faults")).FirstOrDefault(static one => one is { Value.Items.IsEmpty: false }) is { } stated)
            throw new UnusableInputException($"{stated.Location}: the policy injects faults (test_faults); --faults lets it, or take them out of it.");
        return new LocalContext(model, faults ? options.UseFaultInjection() : options);
    }
}
