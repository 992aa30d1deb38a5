using System.Diagnostics.CodeAnalysis;

namespace SecureStreams;

/// <summary>What a program may be published without. <c>docs/compiled-policies.md</c> has how.</summary>
internal static class PolicySupport
{
    private const string Switch = "SecureStreams.ReadsPolicyText";

    /// <summary>Whether policies are read from their text: false where the program has compiled policies alone and says so, and then the trimmer leaves the reader out.</summary>
    [FeatureSwitchDefinition(Switch)]
    public static bool ReadsPolicyText => !AppContext.TryGetSwitch(Switch, out var isOn) || isOn;

    /// <summary>Why a text is refused where <see cref="ReadsPolicyText"/> is false.</summary>
    public const string Refusal = $"this program was published without the reader of policy texts ({Switch} is false): give it a compiled policy, or publish it with the reader";
}
