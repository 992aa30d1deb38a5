using SecureStreams.Policy;
using SecureStreams.Testing;

namespace SecureStreams.Tool;

/// <summary>Contexts of policies that may inject faults, for which the user has to ask as a program has to.</summary>
internal static class FaultyPolicy
{
    /// <exception cref="UnusableInputException">The policy injects faults, and <paramref name="faults"/> is not given.</exception>
    public static LocalContext Open(PolicyModel model, SsContextOptions options, bool faults)
    {
        Check(model, faults);
        return new LocalContext(model, Allow(options, faults));
    }

    /// <summary>Refuses a policy that injects faults which the user has not asked for.</summary>
    /// <exception cref="UnusableInputException">It does, and <paramref name="faults"/> is not given.</exception>
    public static void Check(PolicyModel model, bool faults)
    {
        if (!faults && model.StreamTypes.Values.Select(static one => one.Find("test_faults")).FirstOrDefault(static one => one is { Value.Items.IsEmpty: false }) is { } stated)
            throw new UnusableInputException($"{stated.Location}: the policy injects faults (test_faults); --faults lets it, or take them out of it.");
    }

    /// <summary>Lets a context inject faults, when the user has asked for them.</summary>
    public static SsContextOptions Allow(SsContextOptions options, bool faults) => faults ? options.UseFaultInjection() : options;
}
