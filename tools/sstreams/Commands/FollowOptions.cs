using System.CommandLine;
using System.CommandLine.Parsing;
using SecureStreams.Tool.Following;

namespace SecureStreams.Tool.Commands;

/// <summary><c>--watch</c>, <c>--fetch-policy</c>, <c>--state</c> and <c>--admin</c>, spelled the same by every command that goes on while its policy may change.</summary>
internal sealed class FollowOptions
{
    private readonly Option<bool> _watch = new("--watch") { Description = "Follow the files of the policy: what they say is put in force when it changes." };

    private readonly Option<bool> _fetch = new("--fetch-policy")
    {
        Description = "Take the policy from the server of its streamtype fetch_policy, first of all and again by its interval. What is refused changes nothing.",
    };

    private readonly Option<string?> _state = new Option<string?>("--state")
    {
        Description = "With --fetch-policy: keep the last good policies in this folder, and begin with the newest of them.",
        HelpName = "FOLDER",
    }.RefuseEmpty();

    private readonly Option<string?> _admin = new Option<string?>("--admin") { Description = "Let sstreams status and policy plan and apply in by a Unix socket, of the same user.", HelpName = "SOCKET" }.RefuseEmpty();

    public void AddTo(Command command, PolicyFileOptions policy)
    {
        foreach (var option in new Option[] { _watch, _fetch, _state, _admin })
            command.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_watch) is not null && policy.ReadsStandardInput(result))
                result.AddError("--watch needs files, not standard input.");
            if (result.GetResult(_watch) is not null && result.GetResult(_fetch) is not null)
                result.AddError("Give one of --watch and --fetch-policy: either says what the policy is.");
            if (result.GetResult(_state) is not null && result.GetResult(_fetch) is null)
                result.AddError("--state belongs to --fetch-policy.");
        });
    }

    public FollowSettings Read(ParseResult result) => new(result.GetValue(_watch), result.GetValue(_fetch), result.GetValue(_state), result.GetValue(_admin));
}
