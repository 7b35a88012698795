"""Signing in and out. Every attempt is written to the audit chain."""

from django.contrib.auth import authenticate, forms, views
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator

from registers import accounts, administrators, audit, clock
from registers.actors import Actor
from registers.models import User


class LoginForm(forms.AuthenticationForm):
    """The form for number and password, with faults in the words of the page.

    A number longer than any staff number is refused before anybody looks it up or counts the failure.
    """

    username = forms.UsernameField(label="工号", max_length=User._meta.get_field("number").max_length)
    error_messages = forms.AuthenticationForm.error_messages | {"invalid_login": "工号或密码不正确，请核对后重新输入。"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].error_messages["required"] = "请填写工号。"
        self.fields["password"].error_messages["required"] = "请填写密码。"

    def confirm_login_allowed(self, user):
        super().confirm_login_allowed(user)
        if accounts.has_expired(user, clock.today()):
            raise ValidationError(
                f"一次性密码已过期（有效期至 {user.slip_until:%Y-%m-%d}），请向管理员重新领取。", code="expired"
            )


class PasswordForm(forms.PasswordChangeForm):
    """The form for the old password and the new one twice, with faults in the words of the page.

    The old one is checked in the same way as at the login, so that guessing it here locks the account as well.
    """

    error_messages = forms.PasswordChangeForm.error_messages | {
        "password_incorrect": "当前密码不正确，请重新输入。",
        "password_mismatch": "两次输入的新密码不一致。",
    }

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request
        self.fields["old_password"].error_messages["required"] = "请填写当前密码。"
        self.fields["new_password1"].error_messages["required"] = "请填写新密码。"
        self.fields["new_password1"].help_text = ""  # the page says it in its own words
        self.fields["new_password2"].error_messages["required"] = "请再输一次新密码。"

    def clean_old_password(self):
        old = self.cleaned_data["old_password"]
        if authenticate(self.request, username=self.user.get_username(), password=old) != self.user:
            raise ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return old

    def clean(self):
        cleaned = super().clean()
        if self.user.slip_until and cleaned.get("new_password1") == self.data.get("old_password"):
            self.add_error("new_password1", "新密码不能与一次性密码相同，请另设一个。")
        return cleaned

    def save(self, commit=True):
        self.user.slip_until = None  # it is his own from now on
        return super().save(commit)


@method_decorator(login_not_required, name="dispatch")
class Login(views.LoginView):
    """The login page."""

    authentication_form = LoginForm
    http_method_names = ["get", "head", "post"]
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs):
        """Say whether there is any account: ``nobody_yet``."""
        return super().get_context_data(**kwargs, nobody_yet=administrators.nobody_yet())

    def get_redirect_url(self):
        """Return the page of this site that was asked for, named by its full path.

        Anything else leads to the front page.
        """
        url = super().get_redirect_url()
        return url if url.startswith("/") else ""

    def form_valid(self, form):
        response = super().form_valid(form)
        audit.append("session.login", actor=Actor(form.get_user()))
        return response

    def form_invalid(self, form):
        audit.append("session.login_failed")
        response = super().form_invalid(form)
        response.status_code = 422
        return response


class Logout(views.LogoutView):
    """Sign out (POST).

    The old session is ended on the server, and the browser forgets the pages.
    """

    next_page = reverse_lazy("login")

    def post(self, request, *args, **kwargs):
        audit.append("session.logout", actor=request.actor)
        response = super().post(request, *args, **kwargs)
        response["Clear-Site-Data"] = '"cache"'
        return response


class PasswordChange(views.PasswordChangeView):
    """The page to change one's own password."""

    form_class = PasswordForm
    http_method_names = ["get", "head", "post"]
    success_url = reverse_lazy("password_change_done")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"request": self.request}

    def form_valid(self, form):
        response = super().form_valid(form)
        audit.append("session.password", actor=self.request.actor)
        return response

    def form_invalid(self, form):
        if form.has_error("old_password", "password_incorrect"):
            audit.append("session.password_failed", actor=self.request.actor)
        response = super().form_invalid(form)
        response.status_code = 422
        return response


class PasswordChanged(views.PasswordChangeDoneView):
    """The page that says that the password was changed."""
