using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace SecureStreams.Integration;

/// <summary>Options from a section of a settings file. By hand and without reflection; a member that is not known is an error, since it is nearly always a misspelt one.</summary>
internal sealed class SecureStreamsSection(string name, IConfiguration section) : IConfigureNamedOptions<SecureStreamsOptions>
{
    private const string Known = "PolicyFile, PolicyJson, OverlayFiles, Product, WatchFiles, StrictPolicy, StateFolder, AdminSocket, FollowNetworkChanges";

    /// <inheritdoc/>
    public void Configure(SecureStreamsOptions options) => Configure(Options.DefaultName, options);

    /// <inheritdoc/>
    public void Configure(string? optionsName, SecureStreamsOptions options)
    {
        if (optionsName != name)
            return;
        foreach (var member in section.GetChildren())
            Read(member, options);
    }

    private static void Read(IConfigurationSection member, SecureStreamsOptions options)
    {
        // Keys of settings are compared without case.
        switch (member.Key.ToUpperInvariant())
        {
            case "POLICYFILE":
                options.PolicyFile = Text(member, options);
                break;
            case "POLICYJSON":
                options.PolicyJson = Text(member, options);
                break;
            case "PRODUCT":
                options.Product = Text(member, options);
                break;
            case "STATEFOLDER":
                options.StateFolder = Text(member, options);
                break;
            case "ADMINSOCKET":
                options.AdminSocket = Text(member, options);
                break;
            case "FOLLOWNETWORKCHANGES":
                options.FollowNetworkChanges = Flag(member, options);
                break;
            case "STRICTPOLICY":
                options.StrictPolicy = Flag(member, options);
                break;
            case "WATCHFILES":
                options.WatchFiles = Flag(member, options);
                break;
            case "OVERLAYFILES":
                // An empty list in JSON arrives as an empty text.
                if (!string.IsNullOrEmpty(member.Value))
                    options.Misread.Add($"{member.Path} is one text: write a list, [\"first.json\", \"second.json\"].");
                foreach (var file in member.GetChildren())
                    options.OverlayFiles.Add(Text(file, options) ?? "");
                break;
            default:
                options.Misread.Add($"{member.Path} is not known; there are {Known}.");
                break;
        }
    }

    private static bool Flag(IConfigurationSection member, SecureStreamsOptions options)
    {
        if (!bool.TryParse(Text(member, options), out var flag))
            options.Misread.Add($"{member.Path} is neither true nor false.");
        return flag;
    }

    private static string? Text(IConfigurationSection member, SecureStreamsOptions options)
    {
        if (member.GetChildren().Any())
            options.Misread.Add($"{member.Path} is not a single value.");
        return member.Value;
    }
}
